import { formatAddress } from '../../events/address.ts';
import type { AttributeKey } from '../../events/attributes.ts';
import { EMPTY_QUERY, type Condition, type HistoryQuery } from '../../events/query.ts';
import { around, contains, resolveRange, type Range } from '../../events/range.ts';
import { childOf, textAt } from '../../events/record.ts';
import { isHiddenName, shortName } from '../../events/sentence.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { formatHash } from '../../routing/route.ts';

export type RangeContext = { readonly range: Range | undefined; readonly now: number };
export type Related = { readonly label: string; readonly value: string; readonly query: HistoryQuery };

const DAY = 86_400;
const MOMENT = 300;

/** Where an investigation goes next from here. */
export function relatedTo(event: TrailEvent, context: RangeContext): readonly Related[] {
  const kept = rangeFor(event, context);
  const links: Related[] = [];
  const add = (label: string, value: string, condition: Condition | undefined, within: Range = kept) => {
    if (condition?.values[0] !== '')
      links.push({
        label,
        value,
        query: { ...EMPTY_QUERY, conditions: condition ? [condition] : [], range: within },
      });
  };
  if (!isHiddenName(event.username)) add('Same user', event.username, is('Username', event.username));
  for (const link of sessionLinks(event)) add(link.label, link.value, link.condition);
  add('Same key', event.accessKeyId, is('AccessKeyId', event.accessKeyId));
  for (const name of resourceNames(event)) add('Same resource', shortName(name), is('ResourceName', name));
  add('Same IP', event.sourceIp, is('SourceIPAddress', event.sourceIp));
  add('Same call', event.name, is('EventName', event.name));
  add('That moment', '5 min before and after', undefined, around(event.time, MOMENT, context.now));
  return links;
}

/** The range that was asked about if the event lies in it, else a day before and after. */
export function rangeFor(event: TrailEvent, { range, now }: RangeContext): Range {
  return range && contains(resolveRange(range, now), event.time) ? range : around(event.time, DAY, now);
}

/** The address of the history with one more question: everything that names this value. */
export function historyOf(condition: Condition, range: Range): string {
  const query = { ...EMPTY_QUERY, conditions: [condition], range };
  return formatHash({ page: 'events', search: formatAddress({ query, event: undefined, live: false }) });
}

type Link = { readonly label: string; readonly value: string; readonly condition: Condition };

/** A role session is one ARN; its role is the start of that ARN. */
function sessionLinks(event: TrailEvent): readonly Link[] {
  const identity = childOf(event.record, 'userIdentity');
  const type = textAt(identity, 'type');
  const role = /^(arn:[\w-]+:sts::\d+:assumed-role\/[^/]+\/)/.exec(event.userArn)?.[1];
  if (type !== 'AssumedRole' || !role) return [];
  const name = role.split('/')[1] ?? role;
  return [
    {
      label: 'Same session',
      value: shortName(event.userArn).replace(`${name}/`, ''),
      condition: is('UserArn', event.userArn),
    },
    { label: 'Same role', value: name, condition: { key: 'UserArn', operator: 'prefix', values: [role] } },
  ];
}

/** A bucket and its ARN are one thing; further resources have links of their own below. */
function resourceNames(event: TrailEvent): readonly string[] {
  const names = event.resources.map(({ name }) => name).filter((name) => name !== '');
  return [...new Map(names.map((name) => [shortName(name), name])).values()].slice(0, 2);
}

function is(key: AttributeKey, value: string): Condition {
  return { key, operator: 'equals', values: [value] };
}
