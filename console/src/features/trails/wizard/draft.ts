import { DEFAULT_DRAFT, type SelectorsDraft } from '../selectors/selectors-draft.ts';
import type { Tag, Trail } from '../trails.ts';

export type Choice = 'none' | 'existing' | 'new';

/** Everything that the wizard asks for. Names may be ARNs where something exists. */
export type Draft = {
  readonly name: string;
  readonly multiRegion: boolean;
  readonly globalEvents: boolean;
  readonly organization: boolean;
  readonly bucketChoice: 'existing' | 'new';
  readonly bucket: string;
  /** Whether what CloudTrail needs is added to the policy of a bucket that exists. */
  readonly grantBucket: boolean;
  readonly prefix: string;
  readonly validation: boolean;
  readonly kmsChoice: Choice;
  /** Of an existing key: alias, ARN or id; of a new one: its alias without `alias/`. */
  readonly kms: string;
  readonly topicChoice: Choice;
  readonly topic: string;
  readonly logsChoice: Choice;
  readonly logGroup: string;
  readonly roleChoice: 'existing' | 'new';
  readonly role: string;
  readonly recursive: boolean;
  readonly selectors: SelectorsDraft;
  readonly aggregation: readonly string[];
  readonly tags: readonly Tag[];
  readonly start: boolean;
};

export type DraftField =
  | 'name'
  | 'scope'
  | 'bucket'
  | 'prefix'
  | 'kms'
  | 'topic'
  | 'logGroup'
  | 'role'
  | 'recursive'
  | 'selectors'
  | 'aggregation'
  | 'tags';

/** Where the trail is made, and for whom. */
export type Place = {
  readonly accountId: string;
  readonly region: string;
  /** The organization that the account may make a trail for. */
  readonly organization: { readonly id: string; readonly managementAccount: string } | undefined;
};

export const AGGREGATION_TEMPLATES: readonly (readonly [string, string, string])[] = [
  ['API_ACTIVITY', 'API activity', 'how often each API was called'],
  ['RESOURCE_ACCESS', 'Resource access', 'how often each resource was touched'],
  ['USER_ACTIONS', 'User actions', 'how much each identity did'],
];

export const DEFAULT_ROLE = 'CloudTrail_CloudWatchLogs_Role';

export function newDraft({ accountId }: Pick<Place, 'accountId'>): Draft {
  return {
    name: '',
    multiRegion: true,
    globalEvents: true,
    organization: false,
    bucketChoice: 'new',
    bucket: `cloudtrail-logs-${accountId}`,
    grantBucket: true,
    prefix: '',
    validation: true,
    kmsChoice: 'none',
    kms: '',
    topicChoice: 'none',
    topic: '',
    logsChoice: 'none',
    logGroup: '',
    roleChoice: 'new',
    role: DEFAULT_ROLE,
    recursive: true,
    selectors: DEFAULT_DRAFT,
    aggregation: [],
    tags: [],
    start: true,
  };
}

/** The same form, filled in with what a trail has. */
export function draftOfTrail(
  trail: Trail,
  has: {
    readonly selectors: SelectorsDraft;
    readonly aggregation: readonly string[];
    readonly tags: readonly Tag[];
  },
): Draft {
  return {
    name: trail.name,
    multiRegion: trail.multiRegion,
    globalEvents: trail.globalEvents,
    organization: trail.organization,
    bucketChoice: 'existing',
    bucket: trail.bucket,
    grantBucket: false,
    prefix: trail.prefix,
    validation: trail.validated,
    kmsChoice: trail.kmsKey ? 'existing' : 'none',
    kms: trail.kmsKey ?? '',
    topicChoice: trail.topic ? 'existing' : 'none',
    topic: trail.topic ?? '',
    logsChoice: trail.logGroup ? 'existing' : 'none',
    logGroup: trail.logGroup ?? '',
    roleChoice: trail.logRole ? 'existing' : 'new',
    role: trail.logRole ?? DEFAULT_ROLE,
    recursive: trail.recursive,
    ...has,
    start: false,
  };
}
