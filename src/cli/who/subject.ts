import { isIP } from 'node:net';

import type { Attribute, History, Range } from './history.ts';
import { spanOf, type Span } from './timeline.ts';

export type Kind = 'key' | 'arn' | 'session' | 'ip' | 'resource';
export const KINDS: readonly Kind[] = ['key', 'arn', 'session', 'ip', 'resource'];

/** One way to read what was asked for. */
export type Subject = {
  readonly kind: Kind;
  readonly text: string;
  readonly attributes: readonly Attribute[];
};

export type Resolved = {
  readonly subject: Subject;
  /** Undefined when it has no events of its own (a key that was never used). */
  readonly span: Span | undefined;
};

/** Every reading of a text, likeliest first. Keys of other clouds look like anything, so a word may be a key, a user or session, or a resource. */
export function readingsOf(text: string, as: Kind | undefined): readonly Subject[] {
  if (as !== undefined) return [subjectOf(as, text)];
  if (text.startsWith('arn:')) return (['arn', 'resource'] as const).map((kind) => subjectOf(kind, text));
  if (isIP(text) !== 0) return [subjectOf('ip', text)];
  return (['key', 'session', 'ip', 'resource'] as const).map((kind) => subjectOf(kind, text));
}

/** The readings that have events, in their order. */
export async function resolve(
  history: History,
  readings: readonly Subject[],
  range: Range,
): Promise<readonly (Resolved & { readonly span: Span })[]> {
  const spans = await Promise.all(
    readings.map(async (subject) => ({ subject, span: await spanOf(history, subject.attributes, range) })),
  );
  return spans.flatMap(({ subject, span }) => (span === undefined ? [] : [{ subject, span }]));
}

const MOST_CALLERS = 1000;

/**
 * Who has a role's bare name, or `ROLE/SESSION`: no attribute holds these, so they are looked for in the ARNs of callers. Undefined when none of
 * the most frequent callers fits.
 */
export async function byRoleName(
  history: History,
  text: string,
  range: Range,
): Promise<Resolved | undefined> {
  const callers = await history.values([], range, { key: 'UserArn', most: MOST_CALLERS });
  const found = new Set<string>();
  for (const { value } of callers) {
    const [, start = '', role = '', session = ''] =
      /^(arn:[^:]+:sts::[^:]*:assumed-role\/)([^/]+)\/(.+)$/.exec(value) ?? [];
    if (role === text) found.add(`${start}${role}/`);
    else if (`${role}/${session}` === text) found.add(value);
  }
  if (found.size === 0) return undefined;
  const attributes = [...found]
    .slice(0, MOST_CONDITIONS)
    .map((AttributeValue): Attribute =>
      AttributeValue.endsWith('/')
        ? { AttributeKey: 'UserArn', AttributeValue, Operator: 'prefix' }
        : { AttributeKey: 'UserArn', AttributeValue },
    );
  return { subject: { kind: 'session', text, attributes }, span: await spanOf(history, attributes, range) };
}

/** As many as LookupEvents takes, less those that are added to them. */
const MOST_CONDITIONS = 40;

function subjectOf(kind: Kind, text: string): Subject {
  const equals = (AttributeKey: string): readonly Attribute[] => [{ AttributeKey, AttributeValue: text }];
  switch (kind) {
    case 'key':
      return { kind, text, attributes: equals('AccessKeyId') };
    case 'arn':
      return { kind, text, attributes: callersWith(text) };
    case 'session':
      return { kind, text, attributes: equals('Username') };
    case 'ip':
      return { kind, text, attributes: equals('SourceIPAddress') };
    case 'resource':
      return { kind, text, attributes: equals('ResourceName') };
  }
}

/** A role's calls are those of its sessions. */
function callersWith(arn: string): readonly Attribute[] {
  const role = /^arn:([^:]+):(?:iam::(\d+):role|sts::(\d+):assumed-role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  const isSession = /:assumed-role\/[^/]+\/./.test(arn);
  if (role === null || isSession) return [{ AttributeKey: 'UserArn', AttributeValue: arn }];
  const [, partition, byIam, bySts, name] = role;
  const prefix = `arn:${partition}:sts::${byIam ?? bySts}:assumed-role/${name}/`;
  return [{ AttributeKey: 'UserArn', AttributeValue: prefix, Operator: 'prefix' }];
}
