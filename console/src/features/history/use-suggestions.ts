import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import type { ApiClient } from '../../aws/client.ts';
import { isAttributeKey, type AttributeKey } from '../../events/attributes.ts';
import { useConnection } from '../../session/context.tsx';
import { lookupValues } from '../../events/lookup.ts';
import type { Span } from '../../events/range.ts';
import { recognise } from './recognise.ts';

/** What the box wants suggestions for; no key while an attribute is not chosen yet. */
export type SuggestionRequest = { readonly key: string | undefined; readonly text: string };

type Option = PropertyFilterProps.FilteringOption;

const FIXED: Partial<Record<AttributeKey, readonly string[]>> = {
  ReadOnly: ['true', 'false'],
  EventCategory: ['Management', 'Data', 'Insight', 'NetworkActivity'],
};

export function useSuggestions(request: SuggestionRequest | undefined, span: Span) {
  const { api, everywhere } = useConnection();
  const wanted = request !== undefined && (request.key !== undefined || request.text.length > 0);
  const query = useQuery({
    queryKey: ['suggestions', everywhere, span.from, span.to, request?.key, request?.text],
    enabled: wanted,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => (request ? suggest(api, request, { span, everywhere }, signal) : []),
  });
  const status: PropertyFilterProps.StatusType = query.isError
    ? 'error'
    : query.isFetching
      ? 'loading'
      : 'finished';
  return { options: useMemo(() => (wanted ? (query.data ?? []) : []), [wanted, query.data]), status };
}

async function suggest(
  api: ApiClient,
  { key, text }: SuggestionRequest,
  scope: { readonly span: Span; readonly everywhere: boolean },
  signal: AbortSignal,
): Promise<readonly Option[]> {
  if (key !== undefined)
    return isAttributeKey(key) ? valuesFor(api, key, { ...scope, prefix: text, limit: 50 }, signal) : [];
  const recognised = recognise(text);
  if (recognised?.kind === 'condition') {
    return recognised.condition.values.map((value) => ({ propertyKey: recognised.condition.key, value }));
  }
  if (recognised?.kind === 'account')
    return [{ propertyKey: 'RecipientAccountId', value: recognised.account }];
  const lists = await Promise.all(
    (recognised?.candidates ?? []).map((candidate) =>
      valuesFor(api, candidate.key, { ...scope, prefix: candidate.text, limit: 6 }, signal),
    ),
  );
  return lists.flat();
}

async function valuesFor(
  api: ApiClient,
  key: AttributeKey,
  ask: { readonly span: Span; readonly everywhere: boolean; readonly prefix: string; readonly limit: number },
  signal: AbortSignal,
): Promise<readonly Option[]> {
  const fixed = FIXED[key];
  if (fixed) return fixed.map((value) => ({ propertyKey: key, value }));
  const values = await lookupValues(api, { key, ...ask }, signal);
  return values
    .filter(({ value }) => value !== '')
    .map(({ value, count }) => ({ propertyKey: key, value, tags: [`${count.toLocaleString('en')}×`] }));
}
