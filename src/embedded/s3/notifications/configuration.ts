/** What happened to an object, as S3 names it, without `s3:`. */
export type ChangeName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

export type DestinationKind = 'queue' | 'topic' | 'function' | 'bus';

/** Whom to tell of what. As it is kept with the bucket, in JSON. */
export type NotificationRule = {
  readonly id: string;
  readonly kind: DestinationKind;
  /** '' for the bus, which every account has. */
  readonly arn: string;
  /** `s3:ObjectCreated:*`; [] for the bus, which hears everything. */
  readonly events: readonly string[];
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
};

export function rulesOf(text: string | null): readonly NotificationRule[] {
  return text === null ? [] : (JSON.parse(text) as NotificationRule[]);
}

/** Whether the rule wants to know of this change of that key. */
export function wants(rule: NotificationRule, name: ChangeName, key: string): boolean {
  if (!key.startsWith(rule.prefix ?? '') || !key.endsWith(rule.suffix ?? '')) return false;
  return rule.kind === 'bus' || rule.events.some((event) => covers(event, `s3:${name}`));
}

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`. */
export function covers(event: string, other: string): boolean {
  return event === other || (event.endsWith(':*') && other.startsWith(event.slice(0, -1)));
}
