import { formatHash } from '../routing/route.ts';
import type { AttributeKey } from './attributes.ts';
import type { Condition } from './query.ts';

/** Whom or what one asks about: each has a page of its own. */
export const WHO_KINDS = ['identity', 'user', 'role', 'key', 'address', 'resource'] as const;
export type WhoKind = (typeof WHO_KINDS)[number];

export function isWhoKind(text: string): text is WhoKind {
  return (WHO_KINDS as readonly string[]).includes(text);
}

/** What they are called, and how their events are found. */
const KINDS: Readonly<Record<WhoKind, { readonly label: string; readonly key: AttributeKey }>> = {
  identity: { label: 'Identity', key: 'UserArn' },
  user: { label: 'User name', key: 'Username' },
  role: { label: 'Role', key: 'UserArn' },
  key: { label: 'Access key', key: 'AccessKeyId' },
  address: { label: 'Address', key: 'SourceIPAddress' },
  resource: { label: 'Resource', key: 'ResourceName' },
};

export function whoLabel(kind: WhoKind): string {
  return KINDS[kind].label;
}

/** A role's calls are those of all its sessions, whose ARNs begin alike. */
export function whoCondition(kind: WhoKind, value: string): Condition {
  if (kind === 'role') return { key: 'UserArn', operator: 'prefix', values: [sessionsOf(value)] };
  return { key: KINDS[kind].key, operator: 'equals', values: [value] };
}

/** `arn:aws:iam::1:role/path/Deploy` → `arn:aws:sts::1:assumed-role/Deploy/`. */
function sessionsOf(roleArn: string): string {
  const [, partition, account, name] =
    /^arn:([\w-]+):(?:iam|sts)::(\d*):(?:role|assumed-role)\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
  return name === undefined ? roleArn : `arn:${partition}:sts::${account}:assumed-role/${name}/`;
}

/** The role that a session is of; undefined for who is in none. Paths of roles are not in their sessions' ARNs. */
export function roleOf(userArn: string): string | undefined {
  const [, partition, account, name] = /^arn:([\w-]+):sts::(\d*):assumed-role\/([^/]+)\//.exec(userArn) ?? [];
  return name === undefined ? undefined : `arn:${partition}:iam::${account}:role/${name}`;
}

/** Attributes whose values have pages. */
const KIND_OF: { readonly [key in AttributeKey]?: WhoKind } = {
  UserArn: 'identity',
  Username: 'user',
  AccessKeyId: 'key',
  SourceIPAddress: 'address',
  ResourceName: 'resource',
};

/** Undefined for what has no page: an event name, a region. */
export function whoHref(key: AttributeKey, value: string): string | undefined {
  const kind = KIND_OF[key];
  if (kind === undefined || value === '') return undefined;
  return formatHash({ page: 'who', kind, value });
}
