import { table } from '../table.ts';
import type { ShownDetection, ShownFinding, WholeDetection } from './api.ts';

export function detectionTable(detections: readonly ShownDetection[]): string {
  return table(
    ['ID', 'SEVERITY', 'STATE', 'OPEN', 'ATT&CK', 'TITLE'],
    detections.map((one) => [
      one.DetectionId,
      one.Severity,
      one.Enabled ? 'enabled' : '-',
      one.OpenFindings === 0 ? '-' : String(one.OpenFindings),
      one.Attack.join(','),
      one.Title,
    ]),
  );
}

export function findingTable(findings: readonly ShownFinding[]): string {
  return table(
    ['LAST EVENT', 'SEVERITY', 'STATE', 'COUNT', 'FINDING', 'WHO', 'FROM', 'WHAT'],
    findings.map((one) => [
      `${one.LastEventTime.slice(0, 19)}Z`,
      one.Severity,
      one.Status === 'OPEN' ? 'open' : 'ack',
      String(one.Count),
      one.FindingId,
      one.Actor,
      one.SourceIPAddress,
      `${one.Title} (${one.EventName}${one.ErrorCode === '' ? '' : `, ${one.ErrorCode}`})`,
    ]),
  );
}

export function wholeDetection(one: WholeDetection): string {
  const list = (items: readonly string[]): string => items.map((item) => `  - ${item}`).join('\n');
  const parts = [
    `${one.Title}\n${one.DetectionId} · ${one.Severity} · ${one.Attack.join(', ')} · ${one.Enabled ? 'enabled' : 'disabled'} · ${one.OpenFindings} open`,
    ...(one.Why === '' ? [] : [one.Why]),
    ...(one.Next.length === 0 ? [] : [`What to do next:\n${list(one.Next)}`]),
    ...(one.FalsePositives.length === 0 ? [] : [`What else it may be:\n${list(one.FalsePositives)}`]),
    ...(one.References.length === 0 ? [] : [`References:\n${list(one.References)}`]),
    `As it is written:\n${one.Text.trimEnd().replace(/^/gm, '  ')}`,
  ];
  return parts.join('\n\n');
}
