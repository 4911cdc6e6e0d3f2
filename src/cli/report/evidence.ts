import { messageOf, OpentrailError } from '../../base/errors.ts';
import { parseVerifierKey } from '../../use/proofs/note/keys.ts';
import { parseCheckpoint } from '../../use/proofs/note/checkpoint.ts';
import { checkProof, parseProof } from '../../use/proofs/prove/proof-file.ts';
import type { EventProof } from '../../use/proofs/prove/prove-event.ts';
import type { CoverageReport } from '../../use/trails/coverage/contract.ts';
import { coverTrails } from '../../use/trails/coverage/coverage.ts';
import { coverageTargets } from '../coverage/targets.ts';
import { detectionCall, type ShownFinding } from '../detections/api.ts';
import { serverAccess } from '../client.ts';
import { cloudtrailCall, serverText, type ServerAccess } from '../server-request.ts';
import { readKeys } from '../verify/key-files.ts';

/** What could be had, or why not: a report that lacks a part says so in its place. */
export type Part<T> = { readonly found: T } | { readonly missing: string };

export type Period = { readonly from: number; readonly to: number; readonly account: string | undefined };

export type ProofEvidence = {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** The checkpoint as it was signed, and the key to check it with. */
  readonly checkpoint: string;
  readonly publicKey: string;
  readonly sampled: readonly {
    readonly eventId: string;
    readonly result: string;
    readonly leaf: number | undefined;
  }[];
};

/** Throws only what is a fault of ours. */
export async function part<T>(work: () => Promise<T>): Promise<Part<T>> {
  try {
    return { found: await work() };
  } catch (error) {
    if (error instanceof OpentrailError && error.kind !== 'bug') return { missing: error.message };
    throw error;
  }
}

/** Of every trail of the server, as `opentrail coverage` has it. */
export async function coverageOf(
  options: { readonly data?: string },
  { from, to, account }: Period,
): Promise<readonly CoverageReport[]> {
  const server = await serverAccess(options);
  const { Trails } = await cloudtrailCall<{ Trails: unknown[] }>(server, 'ListTrails', {});
  if (Trails.length === 0) throw new OpentrailError('NOT_FOUND', 'the server has no trail');
  const command = { ...options, witness: [], startTime: from, endTime: to };
  const keys = await readKeys(command);
  const reports: CoverageReport[] = [];
  for await (const { scope, close } of coverageTargets(undefined, command)) {
    const asked = {
      keys,
      ...scope,
      ...(account === undefined ? {} : { account }),
      from,
      to,
      now: Date.now(),
    };
    reports.push(
      await coverTrails(asked)
        .catch((cause: unknown) => {
          throw new OpentrailError('SERVER_REFUSED', `${scope.source.name}: ${messageOf(cause)}`, { cause });
        })
        .finally(close),
    );
  }
  return reports;
}

/** The newest checkpoint, checked, and the proofs of some events, checked against it. */
export async function proofsOf(server: ServerAccess, eventIds: readonly string[]): Promise<ProofEvidence> {
  const publicKey = (await serverText(server, '/_proof/key')).trim();
  const checkpoint = await serverText(server, '/_proof/checkpoint');
  const { origin, size, root } = parseCheckpoint(Buffer.from(checkpoint), 'the checkpoint');
  const trust = { key: parseVerifierKey(publicKey), witnesses: [], quorum: 0 };
  const sampled: ProofEvidence['sampled'][number][] = [];
  for (const eventId of eventIds) {
    const found = await part(async () => {
      const answer = await serverText(server, `/_proof/events/${encodeURIComponent(eventId)}`);
      const { proof, index, record } = JSON.parse(answer) as EventProof;
      const parsed = parseProof(proof, eventId);
      if (parsed.record === undefined) return { result: `record ${record}`, leaf: index };
      const verdict = checkProof(parsed, parsed.record, trust);
      return { result: verdict.valid ? 'valid' : `INVALID: ${verdict.reason}`, leaf: index };
    });
    sampled.push({
      eventId,
      ...('found' in found ? found.found : { result: `no proof: ${found.missing}`, leaf: undefined }),
    });
  }
  return { origin, size, root: root.toString('base64'), checkpoint, publicKey, sampled };
}

/** Findings with events in the period, the gravest first. */
export async function findingsOf(
  server: ServerAccess,
  { from, to, account }: Period,
): Promise<readonly ShownFinding[]> {
  const found: ShownFinding[] = [];
  let token: string | undefined;
  do {
    const page = await detectionCall<{ Findings: ShownFinding[]; NextToken?: string }>(
      server,
      'ListFindings',
      {
        StartTime: from,
        EndTime: to,
        Scope: 'all',
        MaxResults: 1000,
        ...(token === undefined ? {} : { NextToken: token }),
      },
    );
    found.push(...page.Findings);
    token = page.NextToken;
  } while (token !== undefined);
  const rank = (severity: string) => SEVERITIES.indexOf(severity.toUpperCase());
  return found
    .filter(({ AccountId }) => account === undefined || AccountId === account)
    .sort((a, b) => rank(b.Severity) - rank(a.Severity) || (a.LastEventTime < b.LastEventTime ? 1 : -1));
}

const SEVERITIES = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
