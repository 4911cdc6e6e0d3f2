/** What is wrong with a rule, with the place in it: `detection.selection.userAgent|windash: the modifier windash is not supported`. */
export class SigmaError extends Error {
  override readonly name = 'SigmaError';
}

export type CloudTrailRecord = Readonly<Record<string, unknown>>;

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;

/** A rule of Sigma made ready to be asked of many records. */
export type SigmaRule = {
  /** Mostly a UUID; rules need not have one. */
  readonly id: string | undefined;
  readonly title: string;
  /** `medium` where the rule does not say. */
  readonly level: (typeof LEVELS)[number];
  readonly status: string | undefined;
  readonly description: string;
  /** `attack.t1078.004`, `attack.persistence`, … as written. */
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  readonly author: string | undefined;
  readonly logsource: Readonly<Record<string, string>>;
  /** What it can match at all: `mayMatch` reads it. */
  readonly only: Only;
  readonly check: Check;
  /** As it was written. */
  readonly text: string;
};

/** In lower case; undefined: any. */
export type Only = {
  readonly eventNames: ReadonlySet<string> | undefined;
  readonly eventSources: ReadonlySet<string> | undefined;
};

export type Check = { readonly only: Only; readonly holds: (record: CloudTrailRecord) => boolean };

export const ANYTHING: Only = { eventNames: undefined, eventSources: undefined };

/** Whether the rule matches the record, which is parsed JSON. */
export function matches(rule: SigmaRule, record: CloudTrailRecord): boolean {
  return rule.check.holds(record);
}

/** Without a look at the rest of the record: false only where `matches` would be false too. */
export function mayMatch(
  { only }: Pick<SigmaRule, 'only'>,
  { eventName, eventSource }: { readonly eventName: string; readonly eventSource: string },
): boolean {
  return (
    (only.eventNames === undefined || only.eventNames.has(eventName.toLowerCase())) &&
    (only.eventSources === undefined || only.eventSources.has(eventSource.toLowerCase()))
  );
}
