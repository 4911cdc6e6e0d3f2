import type { Condition } from '../../aws/event-pattern/condition.ts';
import { matches } from '../../aws/event-pattern/match.ts';
import type { Field, Pattern } from '../../aws/event-pattern/parse-pattern.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { Matcher } from './detection.ts';

/** Members of the event that stand beside the record as columns. */
const COLUMNS: ReadonlyMap<string, keyof EventColumns> = new Map([
  ['detail.eventName', 'name'],
  ['detail.eventSource', 'source'],
  ['detail.errorCode', 'error'],
  ['detail.userIdentity.arn', 'userArn'],
  ['detail.userIdentity.accessKeyId', 'accessKey'],
  ['detail.sourceIPAddress', 'sourceIp'],
  ['detail.awsRegion', 'region'],
]);
const NAME = 'detail.eventName';
/** What JSON writes as it is, and long enough to be rare. */
const PLAIN = /^[\w .:@()*-]{3,}$/;

/** An event pattern as a matcher. */
export function patternMatcher(pattern: Pattern): Matcher {
  const branches = pattern.branches.map(prefilter);
  return {
    may: (columns, raw) => branches.some((may) => may(columns, raw)),
    holds: (event) => matches(pattern, event),
    names: namesOf(pattern),
  };
}

type May = Matcher['may'];

function prefilter(branch: readonly Field[]): May {
  const required = branch.filter(({ canBeAbsent }) => !canBeAbsent);
  const inColumns = required.flatMap(({ path, conditions }) => {
    const column = COLUMNS.get(path);
    return column === undefined ? [] : [{ column, conditions }];
  });
  const needles = required
    .filter(({ path }) => path.startsWith('detail.') && !COLUMNS.has(path))
    .flatMap(({ conditions }) => needlesOf(conditions) ?? []);
  return (columns, raw) =>
    inColumns.every(({ column, conditions }) => {
      const value = columns[column] as string;
      return value !== '' && conditions.some((condition) => condition.holds(value));
    }) && needles.every((alternatives) => contains(raw, alternatives));
}

/** Texts of which the record's JSON has at least one where the field is satisfied; undefined where that cannot be said. */
function needlesOf(conditions: readonly Condition[]): [readonly string[]] | undefined {
  const texts: string[] = [];
  for (const { access } of conditions) {
    const text =
      access.by === 'value' ? access.value : 'text' in access && !access.folded ? access.text : undefined;
    if (typeof text !== 'string' || !PLAIN.test(text)) return undefined;
    texts.push(text);
  }
  return [texts];
}

function contains(raw: Uint8Array, texts: readonly string[]): boolean {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  return texts.some((text) => bytes.includes(text, 0, 'latin1'));
}

/** Of branches that each name the event by whole names. */
function namesOf({ branches }: Pattern): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const branch of branches) {
    const field = branch.find(({ path }) => path === NAME);
    if (field === undefined || field.canBeAbsent) return undefined;
    for (const { access } of field.conditions) {
      if (access.by !== 'value' || typeof access.value !== 'string') return undefined;
      names.add(access.value);
    }
  }
  return names;
}
