import { OpentrailError } from '../../base/errors.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';

type Json = Readonly<Record<string, unknown>>;

export type Attribute = {
  readonly AttributeKey: string;
  readonly AttributeValue: string;
  readonly Operator?: 'prefix' | 'not';
};

/** Seconds since the epoch, both ends inclusive; open where undefined. */
export type Range = { readonly start?: number | undefined; readonly end?: number | undefined };

export type Found = {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly name: string;
  readonly source: string;
  readonly record: Json;
};

export type Bucket = { readonly time: number; readonly count: number; readonly errors: number };
export type Count = { readonly value: string; readonly count: number };

/** What `who` asks of LookupEvents, extended: all categories, all accounts and regions where the caller may see them. */
export type History = {
  /** Newest first. */
  readonly events: (
    attributes: readonly Attribute[],
    range: Range,
    most: number,
  ) => Promise<readonly Found[]>;
  /** Oldest first, empty buckets left out. */
  readonly histogram: (
    attributes: readonly Attribute[],
    range: Range,
    bucketSeconds: number,
  ) => Promise<readonly Bucket[]>;
  /** Most frequent first. */
  readonly values: (
    attributes: readonly Attribute[],
    range: Range,
    ask: { readonly key: string; readonly most: number },
  ) => Promise<readonly Count[]>;
  /** Whether only the caller's own account and region can be seen. */
  readonly narrowed: () => boolean;
};

export function createHistory(server: ServerAccess): History {
  let scope: Json = { Scope: 'all' };
  const ask = async <T>(
    attributes: readonly Attribute[],
    { start, end }: Range,
    members: Json,
  ): Promise<T> => {
    const input = {
      ...(attributes.length > 0 ? { LookupAttributes: attributes } : {}),
      ...(start === undefined ? {} : { StartTime: start }),
      ...(end === undefined ? {} : { EndTime: end }),
      EventCategory: 'all',
      ...members,
    };
    try {
      return await cloudtrailCall<T>(server, 'LookupEvents', { ...input, ...scope });
    } catch (error) {
      if (scope['Scope'] === undefined || !isDenied(error)) throw error;
    }
    const answer = await cloudtrailCall<T>(server, 'LookupEvents', input);
    scope = {};
    return answer;
  };
  return {
    events: async (attributes, range, most) => {
      const { Events } = await ask<{ Events: LookupEvent[] }>(attributes, range, { MaxResults: most });
      return Events.map(foundIn);
    },
    histogram: async (attributes, range, bucketSeconds) => {
      const members = { Histogram: { BucketSeconds: bucketSeconds } };
      const { Histogram } = await ask<{ Histogram: LookupBucket[] }>(attributes, range, members);
      return Histogram.map(({ Time, Count, Errors }) => ({ time: Time, count: Count, errors: Errors })).sort(
        (a, b) => a.time - b.time,
      );
    },
    values: async (attributes, range, { key, most }) => {
      const members = { Values: { AttributeKey: key, MaxResults: most } };
      const { Values } = await ask<{ Values: { Value: string; Count: number }[] }>(
        attributes,
        range,
        members,
      );
      return Values.map(({ Value, Count }) => ({ value: Value, count: Count })).filter(
        ({ value }) => value !== '',
      );
    },
    narrowed: () => scope['Scope'] === undefined,
  };
}

type LookupEvent = { EventName?: string; EventSource?: string; EventTime: number; CloudTrailEvent: string };
type LookupBucket = { Time: number; Count: number; Errors: number };

function foundIn({ EventName = '', EventSource = '', EventTime, CloudTrailEvent }: LookupEvent): Found {
  return {
    time: EventTime,
    name: EventName,
    source: EventSource,
    record: JSON.parse(CloudTrailEvent) as Json,
  };
}

function isDenied(error: unknown): boolean {
  return (
    error instanceof OpentrailError &&
    error.code === 'SERVER_REFUSED' &&
    error.message.startsWith('AccessDenied')
  );
}
