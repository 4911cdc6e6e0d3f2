import type { Found } from './history.ts';

type Json = Readonly<Record<string, unknown>>;

/** Who made a call, out of a record's `userIdentity`; members that it lacks are left out. */
export type Identity = {
  readonly type: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly principalId?: string;
  readonly userName?: string;
  readonly accessKeyId?: string;
  readonly role?: string;
  readonly session?: string;
  readonly sourceIdentity?: string;
  readonly identityProvider?: string;
  readonly invokedBy?: string;
  readonly sessionStarted?: string;
  readonly mfa?: boolean;
  readonly fromConsole?: boolean;
};

export function identityOf({ record }: Found): Identity {
  const user = object(record['userIdentity']);
  const context = object(user['sessionContext']);
  const attributes = object(context['attributes']);
  const issuer = object(context['sessionIssuer']);
  const type = text(user['type']) ?? (user['invokedBy'] === undefined ? 'Unknown' : 'AWSService');
  const arn = text(user['arn']);
  return present({
    type,
    arn,
    accountId: text(user['accountId']),
    principalId: text(user['principalId']),
    userName: text(user['userName']),
    accessKeyId: text(user['accessKeyId']),
    role: type === 'AssumedRole' ? (text(issuer['arn']) ?? text(issuer['userName'])) : undefined,
    session: type === 'AssumedRole' ? sessionName(arn) : undefined,
    sourceIdentity: text(context['sourceIdentity']),
    identityProvider:
      text(user['identityProvider']) ?? text(object(context['webIdFederationData'])['federatedProvider']),
    invokedBy: text(user['invokedBy']),
    sessionStarted: text(attributes['creationDate']),
    mfa: attributes['mfaAuthenticated'] === undefined ? undefined : attributes['mfaAuthenticated'] === 'true',
    fromConsole: record['sessionCredentialFromConsole'] === 'true' || undefined,
  });
}

/** One line for people: `session nightly of role stopper in account 123456789012`. */
export function labelOf(identity: Identity): string {
  const { type, arn, userName, principalId } = identity;
  return LABELS.get(type)?.(identity) ?? [type, userName ?? arn ?? principalId].filter(Boolean).join(' ');
}

const LABELS: ReadonlyMap<string, (identity: Identity) => string> = new Map([
  ['Root', ({ accountId }) => `root of account ${accountId ?? '?'}`],
  ['IAMUser', ({ userName, arn, accountId }) => `IAM user ${userName ?? lastOf(arn)}${inAccount(accountId)}`],
  [
    'AssumedRole',
    ({ session = '?', role, accountId }) =>
      `session ${session} of role ${lastOf(role)}${inAccount(accountId)}`,
  ],
  ['FederatedUser', ({ arn, accountId }) => `federated user ${lastOf(arn)}${inAccount(accountId)}`],
  ['WebIdentityUser', ({ userName = '?', identityProvider = '?' }) => `${userName} of ${identityProvider}`],
  [
    'SAMLUser',
    ({ userName = '?', identityProvider = '?' }) => `SAML user ${userName} of ${identityProvider}`,
  ],
  ['AWSAccount', ({ principalId, accountId }) => `${principalId ?? 'somebody'}${inAccount(accountId)}`],
  ['AWSService', ({ invokedBy = '?' }) => `AWS service ${invokedBy}`],
  ['Unknown', ({ accountId }) => `unknown caller${inAccount(accountId)}`],
]);

function inAccount(accountId: string | undefined): string {
  return accountId === undefined ? '' : ` in account ${accountId}`;
}

/** Types that stand for somebody, however the key or session came about. */
const PERSONS: ReadonlySet<string> = new Set([
  'Root',
  'IAMUser',
  'SAMLUser',
  'WebIdentityUser',
  'IdentityCenterUser',
  'Directory',
]);

export function isPerson({ type }: Identity): boolean {
  return PERSONS.has(type);
}

export function present<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Undefined for empty texts too. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function sessionName(arn: string | undefined): string | undefined {
  return arn === undefined ? undefined : /:assumed-role\/[^/]+\/(.+)$/.exec(arn)?.[1];
}

function lastOf(arn: string | undefined): string {
  return arn?.slice(arn.lastIndexOf('/') + 1) ?? '?';
}
