import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { columnsOf } from '../src/record/columns.ts';
import { compileSelectors } from '../src/use/trails/selectors/compile.ts';
import { factsOf } from '../src/use/trails/selectors/event-facts.ts';
import type { Selectors } from '../src/use/trails/selectors/selector.ts';
import { bruteSelects, type Json, type SelectorSet } from '../test/kit/brute-selectors.ts';
import { asDataEvents } from '../test/kit/data-events.ts';
import { line, median } from './kit/machine.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const EVENTS = 4000;

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
    `selectors: decisions a second on one core, ${events.length} events, a fifth of them data events; the rival decides plainly and need not parse`,
  );
  const rates: number[] = [];
  for (const [what, set] of Object.entries(SETS)) {
    const { matches } = compileSelectors(set);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(
        rate(events.length, () => events.reduce((n, event) => n + Number(matches(factsOf(event))), 0)),
      );
      theirs.push(rate(events.length, () => events.reduce((n, event) => n + Number(brute(set, event)), 0)));
    }
    rates.push(median(ours));
    const times = median(ours.map((one, i) => one / (theirs[i] ?? Number.NaN)));
    line(
      `  ${what}: ${Math.round(median(ours)).toLocaleString('en')}; ${times.toFixed(1)} times the plain one`,
    );
  }
  line(`  slowest: ${Math.round(Math.min(...rates)).toLocaleString('en')}`);
}

const brute = (
  set: Selectors,
  { record, columns }: { record: Json; columns: ReturnType<typeof columnsOf> },
) => bruteSelects(set as unknown as SelectorSet, record, columns);

/** Of some ten passes. */
function rate(size: number, pass: () => number): number {
  const began = performance.now();
  for (let n = 0; n < 10; n++) pass();
  return (size * 10 * 1000) / (performance.now() - began);
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
