import type { ApiClient } from '../../aws/client.ts';
import { lookupValues, type ValueCount } from '../../events/lookup.ts';
import type { Condition } from '../../events/query.ts';
import type { Span } from '../../events/range.ts';
import type { Candidate } from './recognise.ts';

export type Reading = { readonly condition: Condition; readonly count: number };

/** What a word may mean, judged by what has been recorded: exact values before beginnings, frequent before rare. Empty: nothing begins so. */
export async function resolveWords(
  api: Pick<ApiClient, 'cloudtrail'>,
  candidates: readonly Candidate[],
  scope: { readonly span: Span | undefined; readonly everywhere: boolean },
  signal?: AbortSignal,
): Promise<readonly Reading[]> {
  const found = await Promise.all(
    candidates.map(async ({ key, text }) => {
      const values = await lookupValues(api, { key, prefix: text, limit: 5, ...scope }, signal);
      return readingOf({ key, text }, values);
    }),
  );
  return found
    .filter((reading) => reading !== undefined)
    .sort((a, b) => rank(b) - rank(a) || b.count - a.count);
}

function readingOf({ key, text }: Candidate, values: readonly ValueCount[]): Reading | undefined {
  const exact = values.find(({ value }) => value === text);
  const only = values.length === 1 ? values[0] : undefined;
  if (exact) return { condition: { key, operator: 'equals', values: [exact.value] }, count: exact.count };
  if (only) return { condition: { key, operator: 'equals', values: [only.value] }, count: only.count };
  if (values.length === 0) return undefined;
  const count = values.reduce((sum, value) => sum + value.count, 0);
  return { condition: { key, operator: 'prefix', values: [text] }, count };
}

function rank({ condition }: Reading): number {
  return condition.operator === 'equals' ? 1 : 0;
}
