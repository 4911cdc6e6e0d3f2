import { fileURLToPath } from 'node:url';

import { columnsOf } from '../src/record/columns.ts';
import { compileSelectors } from '../src/aws/event-selectors/compile.ts';
import { factsOf } from '../src/aws/event-selectors/event-facts.ts';
import { createSieve, type Sieve } from '../src/aws/event-selectors/sieve.ts';
import type { Selectors } from '../src/aws/event-selectors/selector.ts';
import { bruteSelects, type Json, type SelectorSet } from '../test/kit/brute-selectors.ts';
import { asDataEvents } from '../test/kit/data-events.ts';
import { line, median } from './kit/machine.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const EVENTS = 4000;
/** Passes over all events before the first that counts. */
const WARM_UP = 40;

/** Decisions a second of one selector set about one event, beside the tests' plain evaluator over records that are parsed already. */
export async function benchSelectors({ rounds = 5 } = {}): Promise<void> {
  const range = { total: EVENTS, from: 1_790_000_000, to: 1_790_100_000 };
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('selectors: skipped, the shared records are not here');
  const made = syntheticEvents({ templates, ...range }).entries(1, EVENTS);
  const real = made.map(({ raw }) => JSON.parse(Buffer.from(raw).toString('utf8')) as Json);
  const events = [...real, ...asDataEvents(real)].map((record) => ({
    record,
    raw: Buffer.from(JSON.stringify(record)),
    columns: columnsOf(record),
  }));
  line(
    `selectors: decisions a second of the processor, ${events.length} events, a fifth of them data events; the rival decides plainly and need not parse`,
  );
  const rates: number[] = [];
  for (const [what, set] of Object.entries(SETS)) {
    const { matches } = compileSelectors(set);
    const ours: number[] = [];
    const theirs: number[] = [];
    const decide = () => events.reduce((n, event) => n + Number(matches(factsOf(event))), 0);
    // A server compiles what decides within its first seconds, and then decides for months.
    for (let n = 0; n < WARM_UP; n++) decide();
    for (let round = 0; round < rounds; round++) {
      ours.push(rate(events.length, decide));
      theirs.push(rate(events.length, () => events.reduce((n, event) => n + Number(brute(set, event)), 0)));
    }
    rates.push(median(ours));
    const times = median(ours.map((one, i) => one / (theirs[i] ?? Number.NaN)));
    line(
      `  ${what}: ${Math.round(median(ours)).toLocaleString('en')}; ${times.toFixed(1)} times the plain one`,
    );
  }
  line(`  slowest: ${Math.round(Math.min(...rates)).toLocaleString('en')}`);
  benchSieve(events, rounds);
}

type Event = { readonly raw: Uint8Array; readonly columns: ReturnType<typeof columnsOf> };

/** The processor's time for deciding about every event for a hundred different trails at once, against the same for one of them (the mean of eight). */
function benchSieve(events: readonly Event[], rounds: number): void {
  const hundred = hundredSets().map((set) => ({ selection: compileSelectors(set), isInReach: () => true }));
  const pass = (sieve: Sieve) => () =>
    events.reduce((n, event) => n + sieve.membersFor(event.columns, factsOf(event)).length, 0);
  const all = createSieve(hundred);
  const singles = hundred.slice(0, 8).map((one) => createSieve([one]));
  const alone: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const single = singles.reduce((sum, one) => sum + cpuOf(pass(one)), 0) / singles.length;
    alone.push(single / events.length / 10);
    times.push(cpuOf(pass(all)) / single);
  }
  line(
    `  a hundred trails with different selectors: ${median(times).toFixed(1)} times the CPU of one (wanted: at most 3), which takes ${median(alone).toFixed(2)} µs an event`,
  );
}

/** Microseconds of ten passes. */
function cpuOf(pass: () => number): number {
  const before = process.cpuUsage();
  for (let n = 0; n < 10; n++) pass();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Every trail has another bucket, by basic selectors or by advanced ones. */
function hundredSets(): readonly Selectors[] {
  return Array.from({ length: 100 }, (_, n) => {
    const bucket = `arn:aws:s3:::${'team-'.repeat(1 + (n % 4))}${n}/`;
    const management = { Field: 'eventCategory', Equals: ['Management'] };
    if (n % 4 === 0)
      return {
        EventSelectors: [
          {
            ReadWriteType: n % 8 === 0 ? 'WriteOnly' : 'All',
            IncludeManagementEvents: true,
            DataResources: [{ Type: 'AWS::S3::Object', Values: [bucket] }],
            ExcludeManagementEventSources: n % 3 === 0 ? ['kms.amazonaws.com'] : [],
          },
        ],
      };
    const arn = n % 4 === 1 ? { EndsWith: [`.${n}`] } : { StartsWith: [bucket] };
    return {
      AdvancedEventSelectors: [
        { FieldSelectors: [management, { Field: 'readOnly', Equals: [String(n % 2 === 0)] }] },
        {
          FieldSelectors: [
            data,
            objects,
            { Field: 'resources.ARN', ...arn },
            { Field: 'userIdentity.arn', NotEquals: [`arn:aws:iam::123456789012:role/backup-${n}`] },
          ],
        },
      ],
    };
  });
}

const brute = (
  set: Selectors,
  { record, columns }: { record: Json; columns: ReturnType<typeof columnsOf> },
) => bruteSelects(set as unknown as SelectorSet, record, columns);

/** A second of the processor, of ten passes. */
function rate(size: number, pass: () => number): number {
  return (size * 10 * 1_000_000) / cpuOf(pass);
}

const data = { Field: 'eventCategory', Equals: ['Data'] };
const objects = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };
const SETS: Readonly<Record<string, Selectors>> = {
  'all management events': {
    AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
  },
  'writes, and a bucket by prefix (basic)': {
    EventSelectors: [
      {
        ReadWriteType: 'WriteOnly',
        IncludeManagementEvents: true,
        DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::logs/reports/'] }],
        ExcludeManagementEventSources: ['kms.amazonaws.com'],
      },
    ],
  },
  'objects by ARN, name and caller': {
    AdvancedEventSelectors: [
      {
        FieldSelectors: [
          data,
          objects,
          {
            Field: 'resources.ARN',
            StartsWith: ['arn:aws:s3:::logs/', 'arn:aws:s3:::images/'],
            NotEndsWith: ['.png'],
          },
          { Field: 'eventName', NotStartsWith: ['Head'] },
          { Field: 'userIdentity.arn', NotEquals: ['arn:aws:iam::123456789012:role/backup'] },
        ],
      },
    ],
  },
  'a hundred prefixes': {
    AdvancedEventSelectors: [
      {
        FieldSelectors: [
          data,
          objects,
          {
            Field: 'resources.ARN',
            StartsWith: Array.from({ length: 100 }, (_, n) => `arn:aws:s3:::bucket-${n}/`),
          },
        ],
      },
    ],
  },
};
