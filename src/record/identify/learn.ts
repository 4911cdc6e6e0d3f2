import { accountOfArn } from '../../aws/arn.ts';
import { isoSeconds } from '../../base/clock.ts';
import type { CallerIdentity } from '../../capture/captured-call.ts';
import type { IdentityDirectory } from '../contract.ts';
import { list, object, text, type Json } from './answer.ts';
import { identityOfArn } from './arn-identity.ts';

/** A call to iam, sts or s3 that went well: parameters and answer by the model's names. */
export type Seen = {
  readonly service: string;
  readonly operation: string;
  readonly input: Json;
  readonly output: Json;
  readonly caller: CallerIdentity;
  /** The key that the call was signed with. */
  readonly accessKeyId: string | undefined;
  readonly defaultAccount: string;
  /** Milliseconds since the epoch: when the answer came. */
  readonly at: number;
};

type Directory = Pick<IdentityDirectory, 'learnKey' | 'learnPrincipal' | 'principal' | 'foreign'>;

type Lesson = (directory: Directory, seen: Seen) => void;

/** What answers tell about keys and their owners. Secrets and session tokens are not even looked at. */
const LESSONS: ReadonlyMap<string, Lesson> = new Map<string, Lesson>([
  ['iam CreateAccessKey', learnUserKey],
  ['iam GetAccessKeyLastUsed', learnUserOfKey],
  ['iam ListAccessKeys', learnUserKeys],
  ['iam CreateUser', (directory, { output }) => learnUser(directory, object(output['User']))],
  ['iam GetUser', (directory, { output }) => learnUser(directory, object(output['User']))],
  [
    'iam ListUsers',
    (directory, { output }) => list(output['Users']).forEach((user) => learnUser(directory, object(user))),
  ],
  ['iam UpdateUser', learnNewName],
  ['iam CreateRole', (directory, { output }) => learnRole(directory, object(output['Role']))],
  ['iam GetRole', (directory, { output }) => learnRole(directory, object(output['Role']))],
  [
    'iam ListRoles',
    (directory, { output }) => list(output['Roles']).forEach((role) => learnRole(directory, object(role))),
  ],
  ['s3 ListBuckets', learnOwner],
  ['sts AssumeRole', learnRoleSession],
  ['sts AssumeRoleWithSAML', learnRoleSession],
  ['sts AssumeRoleWithWebIdentity', learnRoleSession],
  ['sts GetCallerIdentity', learnCaller],
  ['sts GetFederationToken', learnFederatedUser],
  ['sts GetSessionToken', learnSessionToken],
]);

/** Whether anything can be learned from an operation: only then are its answers parsed for it. */
export function teaches(service: string, operation: string): boolean {
  return LESSONS.has(`${service} ${operation}`);
}

/** Answers that tell of nobody but the caller: not worth reading where he is known. */
const ABOUT_CALLER: ReadonlySet<string> = new Set(['s3 ListBuckets', 'sts GetCallerIdentity']);

export function isNews(service: string, operation: string, caller: CallerIdentity): boolean {
  return !ABOUT_CALLER.has(`${service} ${operation}`) || !isKnown(caller);
}

function isKnown({ type, principalId }: CallerIdentity): boolean {
  return type !== 'Unknown' && principalId !== undefined;
}

export function learnFrom(directory: Directory, seen: Seen): void {
  LESSONS.get(`${seen.service} ${seen.operation}`)?.(directory, seen);
}

function learnUserKey(directory: Directory, seen: Seen): void {
  const { input, output, caller } = seen;
  const key = object(output['AccessKey']);
  const accessKeyId = text(key['AccessKeyId']);
  if (caller.type === 'Root' && text(input['UserName']) === '' && accessKeyId !== '')
    directory.learnKey(accessKeyId, {
      ...caller,
      accessKeyId,
      fromConsole: undefined,
      sessionContext: undefined,
    });
  else learnKeyOf(directory, seen, accessKeyId, text(key['UserName']) || text(input['UserName']));
}

function learnUserKeys(directory: Directory, seen: Seen): void {
  for (const one of list(seen.output['AccessKeyMetadata'])) {
    const { AccessKeyId, UserName } = object(one);
    learnKeyOf(directory, seen, text(AccessKeyId), text(UserName));
  }
}

function learnUserOfKey(directory: Directory, seen: Seen): void {
  const userName = text(seen.output['UserName']);
  if (userName !== '') learnKeyOf(directory, seen, text(seen.input['AccessKeyId']), userName);
}

/** A user's long-lived key; without a name that of the caller. */
function learnKeyOf(
  directory: Directory,
  { caller, defaultAccount }: Seen,
  accessKeyId: string,
  name: string,
): void {
  const userName = name || caller.userName;
  if (accessKeyId === '' || userName === undefined) return;
  const accountId = caller.accountId ?? defaultAccount;
  const user = directory.principal(accountId, 'user', userName);
  directory.learnKey(accessKeyId, {
    type: 'IAMUser',
    principalId: user?.uniqueId,
    arn: user?.arn ?? `arn:aws:iam::${accountId}:user/${userName}`,
    accountId,
    accessKeyId,
    userName,
  });
}

/** UpdateUser answers nothing: who the user was is known from before. */
function learnNewName(directory: Directory, { input, caller, defaultAccount }: Seen): void {
  const accountId = caller.accountId ?? defaultAccount;
  const user = directory.principal(accountId, 'user', text(input['UserName']));
  if (user === undefined) return;
  const [, oldPath = '/', oldName = ''] = /:user(\/(?:.*\/)?)([^/]+)$/.exec(user.arn) ?? [];
  const path = text(input['NewPath']) || oldPath;
  learnPrincipal(
    directory,
    `arn:aws:iam::${accountId}:user${path}${text(input['NewUserName']) || oldName}`,
    user.uniqueId,
  );
}

/** Who calls, in the service's own words: where nobody said so before. */
function learnCaller(directory: Directory, { output, caller, accessKeyId }: Seen): void {
  const arn = text(output['Arn']);
  const uniqueId = text(output['UserId']) || undefined;
  if (accessKeyId === undefined || isKnown(caller)) return;
  const [, accountId = '', role = ''] = /^arn:[^:]+:sts::(\d+):assumed-role\/([^/]+)/.exec(arn) ?? [];
  const roleArn = role === '' ? undefined : directory.principal(accountId, 'role', role)?.arn;
  const configured = directory.foreign(tenantName(arn), uniqueId);
  const identity = identityOfArn(configured ?? arn, { accessKeyId, uniqueId, roleArn });
  if (identity !== undefined) directory.learnKey(accessKeyId, identity);
}

/** Ceph writes the tenant where the account stands. */
function tenantName(arn: string): string | undefined {
  const [, tenant, user] = /^arn:[^:]+:(?:iam|sts)::([^:]+):user\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return tenant === undefined ? undefined : `${tenant}$${user}`;
}

/** The owner of the buckets that are listed is the caller; worth something for names that are configured. */
function learnOwner(directory: Directory, { output, caller, accessKeyId }: Seen): void {
  if (caller.type !== 'Unknown' || accessKeyId === undefined) return;
  const { ID, DisplayName } = object(output['Owner']);
  const uniqueId = text(ID) || text(DisplayName);
  const arn = directory.foreign(text(ID), text(DisplayName));
  const identity = arn === undefined ? undefined : identityOfArn(arn, { accessKeyId, uniqueId });
  if (identity !== undefined) directory.learnKey(accessKeyId, identity);
}

function learnUser(directory: Directory, user: Json): void {
  learnPrincipal(directory, text(user['Arn']), text(user['UserId']));
}

function learnRole(directory: Directory, role: Json): void {
  learnPrincipal(directory, text(role['Arn']), text(role['RoleId']));
}

function learnPrincipal(directory: Directory, arn: string, uniqueId: string): void {
  if (arn.startsWith('arn:') && uniqueId !== '') directory.learnPrincipal(arn, uniqueId);
}

function learnRoleSession(directory: Directory, seen: Seen): void {
  const { input, output, at } = seen;
  const { accessKeyId, expiresAt } = credentialsOf(output);
  const session = object(output['AssumedRoleUser']);
  const arn = text(session['Arn']);
  const principalId = text(session['AssumedRoleId']);
  if (accessKeyId === '' || arn === '') return;
  const accountId = accountOfArn(arn);
  const roleName = arn.split('/')[1] ?? '';
  const roleArn = text(input['RoleArn']) || `arn:aws:iam::${accountId}:role/${roleName}`;
  const roleId = principalId.split(':')[0] ?? '';
  if (roleId !== '') directory.learnPrincipal(roleArn, roleId);
  const sessionContext = {
    sessionIssuer: { type: 'Role', principalId: roleId, arn: roleArn, accountId, userName: roleName },
    ...webIdentityOf(seen),
    attributes: attributesOf(at, text(input['SerialNumber']) !== ''),
    ...sourceIdentityOf(seen),
  };
  directory.learnKey(
    accessKeyId,
    { type: 'AssumedRole', principalId, arn, accountId, accessKeyId, sessionContext },
    expiresAt,
  );
}

function webIdentityOf({ operation, output, caller }: Seen): Json {
  const provider = text(output['Provider']) || text(caller.identityProvider);
  if (operation !== 'AssumeRoleWithWebIdentity' || provider === '') return {};
  return { webIdFederationData: { federatedProvider: provider, attributes: {} } };
}

function sourceIdentityOf({ input, output, caller }: Seen): Json {
  const sourceIdentity =
    text(output['SourceIdentity']) ||
    text(input['SourceIdentity']) ||
    text(caller.sessionContext?.['sourceIdentity']);
  return sourceIdentity === '' ? {} : { sourceIdentity };
}

/** The same caller under a new key. */
function learnSessionToken(directory: Directory, { input, output, caller, at }: Seen): void {
  const { accessKeyId, expiresAt } = credentialsOf(output);
  if (accessKeyId === '' || caller.type === 'Unknown' || caller.type === 'AWSAccount') return;
  const sessionContext = { attributes: attributesOf(at, text(input['SerialNumber']) !== '') };
  directory.learnKey(
    accessKeyId,
    { ...caller, fromConsole: undefined, accessKeyId, sessionContext },
    expiresAt,
  );
}

function learnFederatedUser(directory: Directory, { output, caller, at }: Seen): void {
  const { accessKeyId, expiresAt } = credentialsOf(output);
  const federated = object(output['FederatedUser']);
  const arn = text(federated['Arn']);
  if (accessKeyId === '' || arn === '') return;
  const { type, principalId, arn: issuerArn, accountId, userName } = caller;
  const issuer =
    type === 'IAMUser' || type === 'Root'
      ? { sessionIssuer: { type, principalId, arn: issuerArn, accountId, userName } }
      : {};
  const sessionContext = { ...issuer, attributes: attributesOf(at, false) };
  directory.learnKey(
    accessKeyId,
    {
      type: 'FederatedUser',
      principalId: text(federated['FederatedUserId']),
      arn,
      accountId: accountOfArn(arn),
      accessKeyId,
      sessionContext,
    },
    expiresAt,
  );
}

/** Both are texts in real records. */
function attributesOf(at: number, mfa: boolean): Json {
  return { creationDate: isoSeconds(at), mfaAuthenticated: String(mfa) };
}

function credentialsOf(output: Json): {
  readonly accessKeyId: string;
  readonly expiresAt: number | undefined;
} {
  const { AccessKeyId, Expiration } = object(output['Credentials']);
  const expires =
    Expiration instanceof Date
      ? Expiration.getTime()
      : typeof Expiration === 'string'
        ? Date.parse(Expiration)
        : Number.NaN;
  return { accessKeyId: text(AccessKeyId), expiresAt: Number.isNaN(expires) ? undefined : expires };
}
