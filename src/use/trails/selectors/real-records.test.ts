import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { bruteSelects, type Json, type SelectorSet } from '../../../../test/kit/brute-selectors.ts';
import { asDataEvents } from '../../../../test/kit/data-events.ts';
import { ACCOUNT, trailSetup } from '../../../../test/kit/trail-setup.ts';
import { columnsOf } from '../../../record/columns.ts';
import { parseRecords } from '../../../record/slice-records.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { compileSelectors } from '../../../aws/event-selectors/compile.ts';
import { factsOf } from '../../../aws/event-selectors/event-facts.ts';
import { readSelectors } from '../../../aws/event-selectors/read-selectors.ts';
import { DEFAULT_SELECTORS } from '../../../aws/event-selectors/selector.ts';
import { createSieve } from '../../../aws/event-selectors/sieve.ts';

const vectors = '../shared/vectors/records';
const SETS = 60;

describe.skipIf(!existsSync(vectors))('real records', () => {
  it(`are delivered as a second opinion says, for ${SETS} sets of selectors`, async () => {
    const real = realRecords();
    const records = [...real, ...asDataEvents(real)];
    const sets = selectorSets(records);
    const setup = await trailSetup({ quotaTrails: SETS });
    for (const [index, set] of sets.entries()) {
      const name = `trail-${index}`;
      await setup.call('CreateTrail', { Name: name, S3BucketName: name, IsMultiRegionTrail: true });
      await setup.call('PutEventSelectors', { TrailName: name, ...set });
      await setup.call('StartLogging', { Name: name });
    }
    for (const record of records) setup.journal.add(JSON.stringify(record));
    const trails = await setup.settings.selectFrom('trails').select(['id', 'name']).execute();
    const sizes: number[] = [];
    for (const { id, name } of trails) {
      expect(await runTrail(setup.deps, id, { files: true })).toBe('settled');
      const set = sets[Number(name.slice(6))] as SelectorSet;
      const expected = records.filter((record) => bruteSelects(set, record, columnsOf(record)));
      const delivered = [...setup.memory.objects.values()]
        .filter(({ bucket, key }) => bucket === name && key.includes('/CloudTrail/'))
        .flatMap(({ body }) => (JSON.parse(gunzipSync(body).toString()) as { Records: Json[] }).Records);
      expect(idsOf(delivered), JSON.stringify(set)).toEqual(idsOf(expected));
      sizes.push(delivered.length);
    }
    // A second opinion that always says no would prove nothing.
    const some = sizes.filter((size) => size > 0 && size < records.length);
    console.info(`${records.length} records; ${some.length} of ${SETS} sets select some of them, not all`);
    expect(some.length).toBeGreaterThan(SETS * 0.8);
    await setup.close();
  }, 180_000);

  it(`are sieved for all ${SETS} sets at once as for each alone`, () => {
    const real = realRecords();
    const records = [...real, ...asDataEvents(real)];
    const sets = selectorSets(records);
    const elsewhere = { selection: compileSelectors(DEFAULT_SELECTORS), isInReach: () => false };
    const sieve = createSieve([
      ...sets.map((set) => ({
        selection: compileSelectors(readSelectors(set)),
        isInReach: () => true,
      })),
      elsewhere,
    ]);
    for (const record of records) {
      const columns = columnsOf(record);
      const facts = factsOf({ columns, raw: Buffer.from(JSON.stringify(record)) });
      const expected = [...sets.keys()].filter((n) => bruteSelects(sets[n] as SelectorSet, record, columns));
      const chosen = [...sieve.membersFor(columns, facts)].sort((a, b) => a - b);
      expect(chosen, JSON.stringify(record)).toEqual(expected);
    }
  }, 60_000);
});

const idsOf = (records: readonly Json[]) => records.map(({ eventID }) => String(eventID)).sort();

/** All of one account, each under an id of its own. */
function realRecords(): readonly Json[] {
  const found: Json[] = [];
  for (const file of globSync(`${vectors}/**/*.{ndjson,json.gz}`).sort()) {
    const bytes = readFileSync(file);
    for (const one of parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)) {
      if (!('record' in one)) continue;
      const eventID = `00000000-0000-4000-8000-${String(found.length).padStart(12, '0')}`;
      found.push({ ...one.record, eventID, recipientAccountId: ACCOUNT });
    }
  }
  return found;
}

const management = { Field: 'eventCategory', Equals: ['Management'] };
const network = { Field: 'eventCategory', Equals: ['NetworkActivity'] };
const data = { Field: 'eventCategory', Equals: ['Data'] };
const typed = (type: string) => ({ Field: 'resources.type', Equals: [type] });
const objects = typed('AWS::S3::Object');
const advanced = (...selectors: object[][]) =>
  ({ AdvancedEventSelectors: selectors.map((FieldSelectors) => ({ FieldSelectors })) }) as SelectorSet;
const basic = (...EventSelectors: object[]) => ({ EventSelectors }) as SelectorSet;
const dataOnly = (Type: string, ...Values: string[]) => ({
  ReadWriteType: 'All',
  IncludeManagementEvents: false,
  DataResources: [{ Type, Values }],
});

function selectorSets(records: readonly Json[]): readonly SelectorSet[] {
  const S3 = 'AWS::S3::Object';
  const written: SelectorSet[] = [
    basic({}),
    basic({ ReadWriteType: 'ReadOnly' }),
    basic({ ReadWriteType: 'WriteOnly' }),
    basic({ IncludeManagementEvents: false }),
    basic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
    basic({
      ExcludeManagementEventSources: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'],
      ReadWriteType: 'ReadOnly',
    }),
    basic(dataOnly(S3, 'arn:aws:s3')),
    basic(dataOnly(S3, 'arn:aws:s3:::')),
    basic({ ...dataOnly(S3, 'arn:aws:s3'), ReadWriteType: 'WriteOnly' }),
    basic(dataOnly('AWS::Lambda::Function', 'arn:aws:lambda')),
    basic(dataOnly('AWS::DynamoDB::Table', 'arn:aws:dynamodb')),
    basic(dataOnly('AWS::DynamoDB::Table', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t1`)),
    basic(dataOnly('AWS::Lambda::Function', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f1`)),
    basic(dataOnly(S3, 'arn:aws:s3:::logs/', 'arn:aws:s3:::images/reports')),
    basic({ ReadWriteType: 'WriteOnly' }, dataOnly(S3, 'arn:aws:s3')),
    basic({ ...dataOnly(S3, 'arn:aws:s3'), IncludeManagementEvents: true }),
    advanced([management]),
    advanced([management, { Field: 'readOnly', Equals: ['true'] }]),
    advanced([management, { Field: 'readOnly', Equals: ['false'] }]),
    advanced([management, { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }]),
    advanced([data, objects]),
    advanced([data, objects, { Field: 'readOnly', Equals: ['false'] }]),
    advanced([data, objects, { Field: 'eventName', Equals: ['GetObject', 'PutObject'] }]),
    advanced([data, objects, { Field: 'eventName', StartsWith: ['Get', 'Head'], NotEquals: ['GetObject'] }]),
    advanced([data, objects, { Field: 'eventName', EndsWith: ['Object'], NotStartsWith: ['Put', 'Delete'] }]),
    advanced([data, objects, { Field: 'eventName', NotEndsWith: ['Object', 'Acl'] }]),
    advanced([data, objects, { Field: 'eventType', Equals: ['AwsApiCall'] }]),
    advanced([data, objects, { Field: 'eventType', NotEquals: ['AwsApiCall'] }]),
    advanced([data, objects, { Field: 'sessionCredentialFromConsole', Equals: ['true'] }]),
    advanced([data, objects, { Field: 'sessionCredentialFromConsole', NotEquals: ['true'] }]),
    advanced([data, objects, { Field: 'userIdentity.arn', NotStartsWith: ['arn:aws:sts'] }]),
    advanced([management], [data, objects]),
    advanced([data, typed('AWS::S3::Bucket')]),
    advanced([data, typed('AWS::DynamoDB::Table')], [data, typed('AWS::Lambda::Function')]),
    advanced([network, { Field: 'eventSource', Equals: ['s3.amazonaws.com'] }]),
    advanced([
      network,
      { Field: 'eventSource', Equals: ['s3.amazonaws.com'] },
      { Field: 'vpcEndpointId', StartsWith: ['vpce-1'] },
    ]),
  ];
  const made = Array.from({ length: SETS - written.length }, (_, seed) => madeSet(records, seed));
  return [...written, ...made];
}

/** Of values that data events have, or of pieces of them. */
function madeSet(records: readonly Json[], seed: number): SelectorSet {
  const events = records.filter((record) => columnsOf(record).category === 'Data');
  const random = mulberry(seed + 1);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const arns = events.flatMap(({ resources }) =>
    ((resources ?? []) as { ARN?: string; type?: string }[]).filter(
      ({ type, ARN }) => type === 'AWS::S3::Object' && ARN?.includes('/'),
    ),
  );
  const arn = () => pick(arns).ARN ?? 'arn:aws:s3:::none/';
  const prefix = () => {
    const whole = arn();
    return whole.slice(0, whole.indexOf('/') + 1 + Math.floor(random() * 6));
  };
  if (seed % 4 === 0)
    return basic(dataOnly('AWS::S3::Object', ...Array.from({ length: 1 + (seed % 3) }, prefix)));
  const condition = pick([
    { StartsWith: [prefix(), prefix()] },
    { NotStartsWith: [prefix()] },
    { Equals: [arn(), arn(), arn()] },
    { NotEquals: [arn()], StartsWith: ['arn:aws:s3:::'] },
    { EndsWith: [arn().slice(-4)], NotStartsWith: [prefix()] },
    { NotEndsWith: [arn().slice(-3)] },
  ]);
  const identity = (pick(events)['userIdentity'] as { arn?: string }).arn ?? 'nobody';
  const other = pick([
    { Field: 'eventName', [pick(['Equals', 'NotEquals'])]: [String(pick(events)['eventName'])] },
    { Field: 'userIdentity.arn', [pick(['Equals', 'NotEquals', 'EndsWith', 'NotStartsWith'])]: [identity] },
    { Field: 'eventSource', [pick(['Equals', 'NotEquals'])]: ['s3.amazonaws.com'] },
    { Field: 'readOnly', Equals: [pick(['true', 'false'])] },
  ]);
  return advanced(
    [data, objects, { Field: 'resources.ARN', ...condition }, ...(seed % 2 === 0 ? [other] : [])],
    ...(seed % 5 === 0 ? [[management, { Field: 'readOnly', Equals: ['false'] }]] : []),
  );
}

/** The same numbers on every machine. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
