import { formatAddress } from '../../events/address.ts';
import { EMPTY_QUERY, withCondition, type Condition } from '../../events/query.ts';
import type { Span } from '../../events/range.ts';
import type { WhoKind } from '../../events/who.ts';
import { formatHash } from '../../routing/route.ts';

/** Whom the page is about, and what of their events is looked at. */
export type Subject = {
  readonly kind: WhoKind;
  readonly value: string;
  readonly condition: Condition;
  readonly everywhere: boolean;
  /** Seconds. */
  readonly span: Span;
};

const DAY = 86_400;

/** Days. */
export const SPANS = [
  { value: '1', label: 'the last 24 hours' },
  { value: '7', label: 'the last 7 days' },
  { value: '30', label: 'the last 30 days' },
  { value: '90', label: 'the last 90 days' },
];

/** Up to the end of the minute: what happened just now is in it. */
export function spanOf(days: number, now: number): Span {
  const to = Math.ceil(now / 60_000) * 60;
  return { from: to - days * DAY, to };
}

/** The history of what the page is about, narrowed by one more condition. */
export function historyOf({ condition, span }: Subject, more?: Condition): string {
  const range = { type: 'absolute', ...span } as const;
  const query = withCondition({ ...EMPTY_QUERY, range }, condition);
  return formatHash({
    page: 'events',
    search: formatAddress({
      query: more ? withCondition(query, more) : query,
      event: undefined,
      live: false,
    }),
  });
}

/** Equal for what has equal answers. */
export function subjectKey({ kind, value, everywhere, span }: Subject): readonly unknown[] {
  return [everywhere, kind, value, span.from, span.to];
}
