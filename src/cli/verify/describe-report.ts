import type { ProofReport } from '../../use/proofs/verify/report.ts';
import type { Tally, VerifyReport } from '../../use/trails/verify/report.ts';
import { grouped } from '../progress.ts';

/** For people, in the words of `aws cloudtrail validate-logs`: a line for each finding, then the sums. */
export function describeReport(report: VerifyReport, proofs: ProofReport | undefined): string {
  const findings = [...report.findings, ...(proofs?.findings ?? [])];
  const lines = findings.map(({ subject, uri, severity, message }) => {
    const verdict = severity === 'invalid' ? 'INVALID: ' : severity === 'unproven' ? 'unproven: ' : '';
    return `${subject}\t${uri}\t${verdict}${message}`;
  });
  if (lines.length > 0) lines.push('');
  lines.push(`Results for ${report.source} from ${report.from ?? '?'} to ${report.to ?? '?'}:`, '');
  for (const chain of report.chains) {
    lines.push(
      `trail ${chain.trail} (${chain.homeRegion}), account ${chain.account}, region ${chain.region}: ${grouped(chain.digests)} digest files, ${chain.from} to ${chain.to}`,
    );
  }
  for (const { origin, size, checkpoints, witnesses } of proofs?.trees ?? []) {
    const by = witnesses.length === 0 ? '' : `, cosigned by ${witnesses.join(' and ')}`;
    lines.push(
      `tree ${origin}: ${grouped(size)} leaves, ${grouped(checkpoints)} checkpoints consistent${by}`,
    );
  }
  lines.push(sum('digest files', report.digests), sum('log files', report.logFiles));
  const records = proofs?.records;
  if (proofs !== undefined && records !== undefined && records.valid + records.invalid + records.unproven > 0)
    lines.push(sum('records in the tree', proofs.records));
  return `${lines.join('\n')}\n`;
}

function sum(what: string, { valid, invalid, unproven }: Tally): string {
  const all = valid + invalid + unproven;
  const parts = [`${grouped(valid)}/${grouped(all)} ${what} valid`];
  if (invalid > 0) parts.push(`${grouped(invalid)}/${grouped(all)} ${what} INVALID`);
  if (unproven > 0) parts.push(`${grouped(unproven)}/${grouped(all)} ${what} unproven`);
  return parts.join(', ');
}
