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
};

export function factsOf(record: Json, account: string): Facts {
  const parameters = objectOf(record['requestParameters']);
  const identity = objectOf(record['userIdentity']);
  const policies = policiesIn(parameters);
  return {
    actor: actorOf(record),
    otherUser: isOther(text(parameters['userName']), identity),
    ...(policies.length === 0 ? {} : { policy: policyFacts(policies, account) }),
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

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
