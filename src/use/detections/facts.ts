import { policiesIn, type PolicyFacts, policyFacts } from './policy-facts.ts';

type Json = Readonly<Record<string, unknown>>;

/** What patterns cannot say of a record, for they compare no two members and read no JSON within a text. */
export type Facts = {
  /** Who it was beyond one session: the user, or the role of a session; else the key, the service, or the address. */
  readonly actor: string;
  /** Whether `requestParameters.userName` is somebody else than the caller. */
  readonly otherUser: boolean;
  /** Of the policies in the request; absent where there are none. */
  readonly policy?: PolicyFacts;
  /** Whether the request leaves a trail without some of the management events. */
  readonly trailNarrowed: boolean;
  /** Whether it is about a bucket that a trail of this server writes to. */
  readonly logBucket: boolean;
};

export function factsOf(
  record: Json,
  { account, logBuckets }: { readonly account: string; readonly logBuckets: ReadonlySet<string> },
): Facts {
  const parameters = objectOf(record['requestParameters']);
  const identity = objectOf(record['userIdentity']);
  const policies = policiesIn(parameters);
  return {
    actor: actorOf(record),
    otherUser: isOther(text(parameters['userName']), identity),
    ...(policies.length === 0 ? {} : { policy: policyFacts(policies, account) }),
    trailNarrowed: isNarrowed(parameters),
    logBucket: logBuckets.has(text(parameters['bucketName'])),
  };
}

export function actorOf(record: Json): string {
  const identity = objectOf(record['userIdentity']);
  const issuer = objectOf(objectOf(identity['sessionContext'])['sessionIssuer']);
  return (
    text(issuer['arn']) ||
    text(identity['arn']) ||
    text(identity['accessKeyId']) ||
    text(identity['invokedBy']) ||
    text(identity['userName']) ||
    text(record['sourceIPAddress'])
  );
}

function isOther(userName: string, identity: Json): boolean {
  return userName !== '' && (identity['type'] !== 'IAMUser' || text(identity['userName']) !== userName);
}

/** Requests of PutEventSelectors, in both forms. */
function isNarrowed(parameters: Json): boolean {
  const { eventSelectors: basic, advancedEventSelectors: advanced } = parameters;
  if (Array.isArray(basic) && basic.length > 0)
    return !basic.some((selector) => isWholeBasic(objectOf(selector)));
  if (Array.isArray(advanced) && advanced.length > 0)
    return !advanced.some((selector) => isWholeAdvanced(objectOf(selector)['fieldSelectors']));
  return false;
}

function isWholeBasic(selector: Json): boolean {
  const { includeManagementEvents, readWriteType, excludeManagementEventSources: excluded } = selector;
  const excludes = Array.isArray(excluded) && excluded.length > 0;
  return includeManagementEvents !== false && (readWriteType ?? 'All') === 'All' && !excludes;
}

/** The category alone, and no further field. */
function isWholeAdvanced(fields: unknown): boolean {
  if (!Array.isArray(fields) || fields.length !== 1) return false;
  const { field, equals } = objectOf(fields[0]);
  return field === 'eventCategory' && Array.isArray(equals) && equals.includes('Management');
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
