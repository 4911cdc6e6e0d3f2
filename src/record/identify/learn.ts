import { isoSeconds } from '../../base/clock.ts';
import type { CallerIdentity } from '../../capture/captured-call.ts';
import type { IdentityDirectory } from '../contract.ts';

type Json = Readonly<Record<string, unknown>>;

/** A call to iam or sts that went well: parameters and answer by the model's names. */
export type Seen = {
  readonly operation: string;
  readonly input: Json;
  readonly output: Json;
  readonly caller: CallerIdentity;
  readonly defaultAccount: string;
  /** Milliseconds since the epoch: when the answer came. */
  readonly at: number;
};

type Directory = Pick<IdentityDirectory, 'learnKey' | 'learnPrincipal' | 'principal'>;

type Lesson = (directory: Directory, seen: Seen) => void;

/** What answers of iam and sts tell about keys and their owners. Secrets and session tokens are not even looked at. */
const LESSONS: ReadonlyMap<string, Lesson> = new Map<string, Lesson>([
  ['CreateAccessKey', learnUserKey],
  ['CreateUser', (directory, { output }) => learnUser(directory, object(output['User']))],
  ['GetUser', (directory, { output }) => learnUser(directory, object(output['User']))],
  [
    'ListUsers',
    (directory, { output }) => list(output['Users']).forEach((user) => learnUser(directory, object(user))),
  ],
  ['CreateRole', (directory, { output }) => learnRole(directory, object(output['Role']))],
  ['GetRole', (directory, { output }) => learnRole(directory, object(output['Role']))],
  ['AssumeRole', learnRoleSession],
  ['AssumeRoleWithSAML', learnRoleSession],
  ['AssumeRoleWithWebIdentity', learnRoleSession],
  ['GetSessionToken', learnSessionToken],
  ['GetFederationToken', learnFederatedUser],
]);

/** Whether anything can be learned from an operation: only then are its answers parsed for it. */
export function teaches(service: string, operation: string): boolean {
  return (service === 'iam' || service === 'sts') && LESSONS.has(operation);
}

export function learnFrom(directory: Directory, seen: Seen): void {
  LESSONS.get(seen.operation)?.(directory, seen);
}

function learnUserKey(directory: Directory, { input, output, caller, defaultAccount }: Seen): void {
  const key = object(output['AccessKey']);
  const accessKeyId = text(key['AccessKeyId']);
  const userName = text(key['UserName']) || text(input['UserName']) || caller.userName;
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
  const accountId = accountOf(arn);
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

function webIdentityOf({ operation, output }: Seen): Json {
  const provider = text(output['Provider']);
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
      accountId: accountOf(arn),
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

function accountOf(arn: string): string {
  return arn.split(':', 5)[4] ?? '';
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
