import type { ApiClient } from '../aws/client.ts';
import type { AttributeKey } from './attributes.ts';
import { fromLookup, type TrailEvent } from './trail-event.ts';
import type { Condition, HistoryQuery } from './query.ts';
import type { Span } from './range.ts';

/** LookupEvents in its extended form; see LookupEvents, extended in ARCHITECTURE.md. */

export type EventPage = { readonly events: readonly TrailEvent[]; readonly next: string | undefined };
export type Bucket = { readonly time: number; readonly count: number; readonly errors: number };
export type ValueCount = { readonly value: string; readonly count: number };

export type Search = {
  readonly query: HistoryQuery;
  readonly span: Span;
  /** All accounts and regions, rather than those of the credentials. */
  readonly everywhere: boolean;
};

type Api = Pick<ApiClient, 'cloudtrail'>;

export async function lookupPage(
  api: Api,
  search: Search & { readonly pageSize: number; readonly token: string | undefined },
  signal?: AbortSignal,
): Promise<EventPage> {
  const input = {
    ...searchInput(search),
    MaxResults: search.pageSize,
    ...(search.token === undefined ? {} : { NextToken: search.token }),
  };
  const answer = await api.cloudtrail('LookupEvents', input, signal);
  const next = answer['NextToken'];
  return {
    events: listOf(answer['Events']).map(fromLookup),
    next: typeof next === 'string' ? next : undefined,
  };
}

/** Bars with nothing in them are left out. Times in seconds. */
export async function lookupHistogram(
  api: Api,
  search: Search & { readonly bucketSeconds: number },
  signal?: AbortSignal,
): Promise<readonly Bucket[]> {
  const input = { ...searchInput(search), Histogram: { BucketSeconds: search.bucketSeconds } };
  const answer = await api.cloudtrail('LookupEvents', input, signal);
  return listOf(answer['Histogram']).map((bucket) => ({
    time: Number(bucket['Time']),
    count: Number(bucket['Count']),
    errors: Number(bucket['Errors'] ?? 0),
  }));
}

/** Most frequent first. Without a span: as far back as history goes. */
export async function lookupValues(
  api: Api,
  ask: {
    readonly key: AttributeKey;
    readonly prefix: string;
    readonly limit: number;
    readonly span: Span | undefined;
    readonly everywhere: boolean;
    /** Of which events. */
    readonly conditions?: readonly Condition[];
  },
  signal?: AbortSignal,
): Promise<readonly ValueCount[]> {
  const input = {
    ...scopeInput(ask.everywhere),
    ...(ask.span ? spanInput(ask.span) : {}),
    ...attributesInput(ask.conditions ?? []),
    Values: { AttributeKey: ask.key, Prefix: ask.prefix, MaxResults: ask.limit },
  };
  const answer = await api.cloudtrail('LookupEvents', input, signal);
  return listOf(answer['Values']).map(({ Value, Count }) => ({ value: String(Value), count: Number(Count) }));
}

/** One event by its id, wherever it was recorded; undefined when there is none (any more). */
export async function lookupEvent(
  api: Api,
  id: string,
  everywhere: boolean,
  signal?: AbortSignal,
): Promise<TrailEvent | undefined> {
  const input = {
    ...scopeInput(everywhere),
    LookupAttributes: [{ AttributeKey: 'EventId', AttributeValue: id }],
  };
  const answer = await api.cloudtrail('LookupEvents', input, signal);
  return listOf(answer['Events']).map(fromLookup)[0];
}

function searchInput({ query, span, everywhere }: Search): object {
  const { account } = query;
  const ofAccount: readonly Condition[] =
    account === undefined ? [] : [{ key: 'RecipientAccountId', operator: 'equals', values: [account] }];
  return {
    ...scopeInput(everywhere),
    ...spanInput(span),
    ...attributesInput([...query.conditions, ...ofAccount]),
  };
}

function attributesInput(conditions: readonly Condition[]): object {
  const attributes = conditions.flatMap(({ key, operator, values }) =>
    values.map((value) => ({
      AttributeKey: key,
      AttributeValue: value,
      ...(operator === 'equals' ? {} : { Operator: operator }),
    })),
  );
  return attributes.length > 0 ? { LookupAttributes: attributes } : {};
}

function scopeInput(everywhere: boolean): object {
  return { EventCategory: 'all', ...(everywhere ? { Scope: 'all' } : {}) };
}

function spanInput(span: Span): object {
  return { StartTime: span.from, EndTime: span.to };
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as Readonly<Record<string, unknown>>[]) : [];
}
