import type { Filling } from './template.ts';

/** One of a record's `resources[]`, in the key order of real records. */
export type RecordResource = {
  readonly accountId?: string | undefined;
  readonly type?: string | undefined;
  readonly ARN?: string;
  readonly ARNPrefix?: string;
};

export type ResourceQuestion = Filling & {
  readonly operation: string;
  /** The resource type of a data event; undefined for a management event. */
  readonly dataType: string | undefined;
};
