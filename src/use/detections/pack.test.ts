import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { columnsOf } from '../../record/columns.ts';
import { assess } from './assess.ts';
import type { Detection } from './detection.ts';
import { createDetectionIndex } from './detection-index.ts';
import { detectedEvent } from './event.ts';
import { memoryLedger } from './ledger.ts';
import { loadPack } from './load-pack.ts';

/** Records with what all of them have left out; `after`: seconds since the one before. */
type Story = readonly (Readonly<Record<string, unknown>> & { readonly after?: number })[];

/** Each story alone fires the detection that its file is named after, or does not. */
type Cases = { readonly fires: readonly Story[]; readonly quiet: readonly Story[] };

const CASES = new URL('../../../test/cases/detections/', import.meta.url);
const START = Date.parse('2026-03-01T00:00:00Z');
const LOG_BUCKETS = new Set(['trail-files']);
const pack = await loadPack();

type Json = Readonly<Record<string, unknown>>;

/** What the detections find in the records, in the records' order; how many records each finding is about in all. */
async function found(
  detections: readonly Detection[],
  records: readonly Json[],
): Promise<Map<string, number>> {
  const index = createDetectionIndex(
    detections.map((detection) => ({ detection, owner: '*', until: Infinity })),
  );
  const ledger = memoryLedger();
  for (const record of records) {
    const raw = Buffer.from(JSON.stringify(record));
    const columns = columnsOf(record);
    const event = detectedEvent(raw, columns, LOG_BUCKETS);
    for (const watched of index.find(columns, raw, () => event))
      await assess(ledger, { watched, event, columns }, START);
  }
  const counts = new Map<string, number>();
  for (const { detection, count } of ledger.findings.values())
    counts.set(detection, (counts.get(detection) ?? 0) + count);
  return counts;
}

/** What columns and bytes let pass must be all that the patterns hold for. */
function expectToLetPass({ id, steps }: Detection, records: readonly Json[]): void {
  for (const record of records) {
    const raw = Buffer.from(JSON.stringify(record));
    const columns = columnsOf(record);
    const event = detectedEvent(raw, columns, LOG_BUCKETS);
    for (const { matcher } of steps)
      if (matcher.holds(event)) expect(matcher.may(columns, raw), `${id}: ${raw.toString()}`).toBe(true);
  }
}

/** With what all of them have. */
function told(story: Story): readonly Json[] {
  let at = START;
  return story.map(({ after = 0, ...given }) => {
    at += after * 1000;
    return {
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::111111111111:user/eve',
        accountId: '111111111111',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        userName: 'eve',
      },
      eventTime: new Date(at).toISOString(),
      awsRegion: 'us-east-1',
      sourceIPAddress: '203.0.113.9',
      userAgent: 'aws-cli/2.15',
      eventID: crypto.randomUUID(),
      eventType: 'AwsApiCall',
      recipientAccountId: '111111111111',
      ...given,
    };
  });
}

describe('the pack', () => {
  it('has cases for each detection and for nothing else', () => {
    const cases = readdirSync(CASES).map((name) => name.replace('.json', ''));
    expect(cases.sort()).toEqual(pack.map(({ id }) => id).sort());
    expect(pack.length).toBeGreaterThan(25);
  });

  it.each(pack)('$id fires when it should and not when it only nearly should', async (detection) => {
    const { fires, quiet } = JSON.parse(
      readFileSync(new URL(`${detection.id}.json`, CASES), 'utf8'),
    ) as Cases;
    expect([fires.length > 0, quiet.length > 0]).toEqual([true, true]);
    for (const story of fires) expectToLetPass(detection, told(story));
    for (const story of fires)
      expect([...(await found([detection], told(story))).keys()], JSON.stringify(story)).toEqual([
        detection.id,
      ]);
    for (const story of quiet)
      expect([...(await found([detection], told(story))).keys()], JSON.stringify(story)).toEqual([]);
  });
});

const REAL = '../shared/vectors/records';

describe.skipIf(!existsSync(REAL))('the pack over the shared records', () => {
  it('finds what was done in the laboratory that was attacked, each thing as often as it was done', async () => {
    const counts = await found(pack, real('invictus'));
    expect(Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))).toEqual(IN_THE_LABORATORY);
  });

  it('finds nothing in traffic between services', async () => {
    expect([...(await found(pack, real('boogy-log-parser'))).keys()]).toEqual([]);
  });

  it('finds techniques that were played one by one', async () => {
    const counts = await found(pack, real('stratus-red-team'));
    expect([...counts.keys()].sort()).toEqual(PLAYED);
  });
});

function real(set: string): readonly Json[] {
  const records = globSync(`${REAL}/${set}/**/*.{ndjson,json.gz}`).flatMap((file) => {
    if (file.endsWith('.gz'))
      return (JSON.parse(gunzipSync(readFileSync(file)).toString()) as { Records: Json[] }).Records;
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
  });
  return records.sort((a, b) => String(a['eventTime']).localeCompare(String(b['eventTime'])));
}

/** Each is how often the call stands in the records, counted apart from this: `secrets-read` 60 times GetSecretValue, and so on. */
const IN_THE_LABORATORY = {
  'access-key-for-another': 2,
  'account-laid-out': 1,
  'administrator-attached': 2,
  'attack-tool': 210,
  'bucket-encryption-removed': 5,
  'console-login-without-mfa': 1,
  'costly-instances-tried': 2,
  'flow-logs-deleted': 1,
  'function-code-changed': 2,
  'function-opened': 1,
  'log-group-deleted': 1,
  'organization-left': 1,
  'parameters-read': 82,
  'password-for-another': 2,
  'resource-shared-with-account': 1,
  'role-passed-on': 5,
  'role-trusts-other-account': 1,
  'secrets-read': 60,
  'security-group-opened': 1,
  'snapshot-shared': 3,
  'trail-narrowed': 1,
  'trail-stopped': 2,
  'trust-anchor-made': 1,
  'user-data-collected': 15,
  'user-made-administrator': 2,
  'windows-passwords-read': 29,
};
const PLAYED = [
  'attack-tool',
  'federation-token-made',
  'flow-logs-deleted',
  'function-code-changed',
  'organization-left',
  'role-trusts-other-account',
  'serial-console-enabled',
  'snapshot-shared',
  'start-up-script-changed',
  'trail-stopped',
  'trust-anchor-made',
  'user-data-collected',
  'windows-passwords-read',
];
