import type { Principal } from '../../aws/operation.ts';
import {
  createAttemptLimiter,
  LOCKED_FOR,
  MAX_FAILURES,
  networkOf,
  type AttemptLimiter,
} from './attempt-limiter.ts';
import type { Iam } from './create-iam.ts';
import type { UserRow } from './directory.ts';
import { userArn } from './read-entities.ts';
import { userPrincipal } from './principals.ts';
import type { SessionCredentials } from '../../aws/sessions.ts';

export type SignInRequest = {
  /** 12 digits, or the account's alias; undefined: the home account. */
  readonly accountId?: string | undefined;
  readonly userName: string;
  readonly password: string;
  readonly totp?: string | undefined;
  readonly sourceIp: string;
};

export type SignInSuccess = {
  readonly result: 'success';
  readonly credentials: SessionCredentials;
  readonly principal: Principal;
  readonly mfaUsed: boolean;
  /** Serial number of the device. */
  readonly mfaIdentifier: string | undefined;
  readonly passwordResetRequired: boolean;
};

export type SignInFailure = {
  readonly result: 'failure';
  /** `busy`: too many sign-ins at once; nothing was tried. */
  readonly reason: 'bad-credentials' | 'mfa-required' | 'locked' | 'busy';
  /** Seconds; for `locked` and `busy`. */
  readonly retryAfter?: number | undefined;
  /** Undefined when there is no such user: the record then hides the name. */
  readonly principal: Principal | undefined;
  readonly mfaUsed: boolean;
};

export type SignInResult = SignInSuccess | SignInFailure;

export type ConsoleSignIn = {
  /** Five failures lock the user, and the address they came from, for 15 minutes; the user's count outlives a restart. */
  readonly signIn: (request: SignInRequest) => Promise<SignInResult>;
  /** For a caller whose signature was verified: the same session without a password. Role sessions and temporary credentials may not. */
  readonly signInWithKey: (principal: Principal) => Promise<SignInResult>;
};

export type ConsoleSignInDeps = {
  readonly iam: Pick<Iam, 'sessions' | 'parts'>;
  /** Milliseconds: config.session_duration. */
  readonly sessionDuration: number;
};

export function createConsoleSignIn(deps: ConsoleSignInDeps): ConsoleSignIn {
  const addresses = createAttemptLimiter(deps.iam.parts.clock);
  return {
    signIn: async (request) => {
      const result = await attempt(deps, addresses, request);
      if (result.result === 'failure' && result.reason === 'bad-credentials')
        addresses.failed(networkOf(request.sourceIp));
      if (result.result === 'success') addresses.succeeded(networkOf(request.sourceIp));
      return result;
    },
    signInWithKey: async (principal) => {
      const { userName, expiresAt, type } = principal;
      const user =
        type === 'IAMUser' && expiresAt === undefined && userName !== undefined
          ? await findUser(deps, userName)
          : undefined;
      if (user === undefined) return { ...failure('bad-credentials'), principal };
      return success(deps, user, undefined);
    },
  };
}

async function attempt(
  deps: ConsoleSignInDeps,
  addresses: AttemptLimiter,
  request: SignInRequest,
): Promise<SignInResult> {
  const { passwords, accountId, clock } = deps.iam.parts;
  const user = (await isHomeAccount(deps, request.accountId))
    ? await findUser(deps, request.userName)
    : undefined;
  const principal =
    user === undefined ? undefined : userPrincipal(accountId, directoryUser(deps, user), undefined);
  const lockedFor = Math.max(
    addresses.lockedFor(networkOf(request.sourceIp)),
    (user?.locked_until ?? 0) - clock.now(),
  );
  if (lockedFor > 0) return { ...failure('locked', Math.ceil(lockedFor / 1000)), principal };
  const fits = await passwords.verify(request.password, user?.password_hash ?? undefined);
  if (fits === 'busy') return { ...failure('busy', 5), principal };
  if (user === undefined) return failure('bad-credentials');
  if (!fits) return { ...(await failed(deps, user)), principal };
  return secondFactor(deps, user, request.totp);
}

/** The password was right: asks for a code of the user's device, if there is one. */
async function secondFactor(
  deps: ConsoleSignInDeps,
  user: UserRow,
  totp: string | undefined,
): Promise<SignInResult> {
  const { mfa, accountId } = deps.iam.parts;
  if (!(await mfa.hasDevice(user.id))) return success(deps, user, undefined);
  const principal = userPrincipal(accountId, directoryUser(deps, user), undefined);
  if (totp === undefined || totp === '') return { ...failure('mfa-required'), principal };
  const outcome = await mfa.check({ userId: user.id, code: totp });
  if (outcome.result === 'ok') return success(deps, user, outcome.serialNumber);
  return { ...(await failed(deps, user)), principal, mfaUsed: true };
}

async function success(
  deps: ConsoleSignInDeps,
  user: UserRow,
  mfaIdentifier: string | undefined,
): Promise<SignInSuccess> {
  const { settings, clock } = deps.iam.parts;
  const mfaUsed = mfaIdentifier !== undefined;
  const durationSeconds = Math.floor(deps.sessionDuration / 1000);
  const issued = deps.iam.sessions.forUser({
    userId: user.id,
    durationSeconds,
    mfa: mfaUsed,
    fromConsole: true,
  });
  const seen = { failed_sign_ins: 0, locked_until: 0, password_last_used_at: clock.now() };
  await settings.updateTable('iam_users').set(seen).where('id', '=', user.id).execute();
  return {
    result: 'success',
    ...issued,
    mfaUsed,
    mfaIdentifier,
    passwordResetRequired: user.password_reset_required === 1,
  };
}

/** Counted in the database, in one statement: concurrent guesses all count, and a restart forgets none. A lock-out that is over is forgotten. */
async function failed(deps: ConsoleSignInDeps, user: UserRow): Promise<SignInFailure> {
  const { settings, clock } = deps.iam.parts;
  const now = clock.now();
  if (user.locked_until > 0) {
    const over = { failed_sign_ins: 0, locked_until: 0 };
    await settings
      .updateTable('iam_users')
      .set(over)
      .where('id', '=', user.id)
      .where('locked_until', '<=', now)
      .execute();
  }
  await settings
    .updateTable('iam_users')
    .set((eb) => ({
      failed_sign_ins: eb('failed_sign_ins', '+', 1),
      locked_until: eb
        .case()
        .when('failed_sign_ins', '>=', MAX_FAILURES - 1)
        .then(now + LOCKED_FOR)
        .else(0)
        .end(),
    }))
    .where('id', '=', user.id)
    .execute();
  return failure('bad-credentials');
}

function failure(reason: SignInFailure['reason'], retryAfter?: number): SignInFailure {
  return { result: 'failure', reason, retryAfter, principal: undefined, mfaUsed: false };
}

async function isHomeAccount({ iam }: ConsoleSignInDeps, account: string | undefined): Promise<boolean> {
  const { settings, accountId } = iam.parts;
  if (account === undefined || account === '' || account === accountId) return true;
  const alias = await settings
    .selectFrom('iam_account')
    .select('value')
    .where('key', '=', 'alias')
    .executeTakeFirst();
  return alias?.value === account;
}

function findUser({ iam }: ConsoleSignInDeps, name: string): Promise<UserRow | undefined> {
  return iam.parts.settings
    .selectFrom('iam_users')
    .selectAll()
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
}

function directoryUser({ iam }: ConsoleSignInDeps, user: UserRow) {
  return { id: user.id, name: user.name, arn: userArn(iam.parts.accountId, user), policies: [], tags: {} };
}
