import { accountOfArn } from '../aws/arn.ts';
import type { Models } from '../aws/models/index.ts';
import { parseRequest, parseResponse } from '../aws/protocols/index.ts';
import type { CallerIdentity, CapturedCall, IncomingCall } from '../capture/captured-call.ts';
import { buildRecord, type Facts } from './build-record.ts';
import { columnsOf } from './columns.ts';
import type { IdentityDirectory, Recorder } from './contract.ts';
import type { EventRecord } from './event-record.ts';
import { uuidFrom } from '../base/ids.ts';
import { text, type Json } from './identify/answer.ts';
import { type Caller, judgeCaller, unknownCaller, userIdentityOf } from './identify/caller.ts';
import { otherAccounts, seenFromOutside } from './identify/cross-account.ts';
import { isNews, learnFrom } from './identify/learn.ts';
import { bringsToken, tokenCaller, type TokenCall } from './identify/token-caller.ts';
import { type Failure, failureOf } from './members/failure.ts';
import { writeWithinLimits } from './members/sizes.ts';
import { createPlans, type Plan } from './plan.ts';

export type RecorderDeps = {
  readonly models: Models;
  readonly identities: Pick<
    IdentityDirectory,
    'identify' | 'learnKey' | 'learnPrincipal' | 'principal' | 'foreign'
  >;
  /** The owner of calls by unknown keys. */
  readonly defaultAccount: string;
};

/** Makes records of calls: who, what, with which parameters, and how it ended. */
export function createRecorder(deps: RecorderDeps): Recorder {
  const plans = createPlans(deps);

  const build = (call: CapturedCall): EventRecord | Promise<EventRecord> => {
    const plan = plans.of(call.named);
    const failure = failureOf(call);
    const caller = callerOf(deps, call, failure);
    if (plan instanceof Promise || caller instanceof Promise) {
      return Promise.all([plan, caller]).then(([ready, known]) =>
        finish(deps, { call, plan: ready, caller: known, failure }),
      );
    }
    return finish(deps, { call, plan, caller, failure });
  };
  return {
    build,
    buildIntent: (incoming) => intentOf(deps, incoming, plans.now(incoming.named)),
    kindOf: plans.kindOf,
    warm: async (services) => {
      await Promise.all(services.map(plans.load));
    },
  };
}

function callerOf(
  { identities, defaultAccount }: RecorderDeps,
  call: CapturedCall,
  failure: Failure | undefined,
): Caller | Promise<Caller> {
  const { named } = call;
  const judged = judgeCaller({
    named,
    verified: call.caller,
    // What we refused before its signature was verified may come from anybody; an upstream has judged the signature.
    unauthenticated: failure?.unauthenticated === true || call.servedBy !== 'upstream',
    defaultAccount,
  });
  if (judged !== undefined) return judged;
  const accessKeyId = named.accessKeyId ?? '';
  const found = identities.identify(accessKeyId, named.sessionToken);
  return found instanceof Promise
    ? found.then(
        (identity) => callerFrom(identity, accessKeyId, defaultAccount),
        () => unknownCaller(accessKeyId, defaultAccount),
      )
    : callerFrom(found, accessKeyId, defaultAccount);
}

function callerFrom(
  identity: CallerIdentity | undefined,
  accessKeyId: string,
  defaultAccount: string,
): Caller {
  return identity === undefined ? unknownCaller(accessKeyId, defaultAccount) : { identity };
}

type Finishing = {
  readonly call: CapturedCall;
  readonly plan: Plan;
  readonly caller: Caller;
  readonly failure: Failure | undefined;
};

function finish(deps: RecorderDeps, finishing: Finishing): EventRecord {
  const { call, plan, failure } = finishing;
  const caller = plan.teaches === undefined ? finishing.caller : learn(deps, finishing, plan.teaches);
  const { defaultAccount } = deps;
  // Nobody has judged the signature when no answer came.
  const unjudged =
    call.response === undefined && call.caller === undefined && call.named.accessKeyId !== undefined;
  const additions = unjudged || call.outcome === 'upstream-down' ? unfinished(call, unjudged) : undefined;
  const facts: Facts = { call, plan, caller, failure, defaultAccount, additions };
  const record = buildRecord(facts);
  const others = otherAccounts(record);
  return others.length === 0 ? toEvent(record) : toEvents(facts, others);
}

/** One record for each account, with ids of their own and one that they share. */
function toEvents(facts: Facts, others: readonly string[]): EventRecord {
  const { call, caller } = facts;
  const sharedEventID = uuidFrom(`shared ${call.eventId}`);
  const inHome = (overrides: Json): EventRecord =>
    toEvent(
      buildRecord({
        ...facts,
        call: { ...call, overrides: { ...call.overrides, sharedEventID, ...overrides } },
      }),
    );
  // Who comes with a token has no account: the role's is the only one.
  const homeless = caller.identity.accountId === undefined && caller.identity.identityProvider !== undefined;
  if (homeless)
    return toEvent(
      buildRecord({
        ...facts,
        call: { ...call, overrides: { ...call.overrides, recipientAccountId: others[0] } },
      }),
    );
  const userIdentity = userIdentityOf(seenFromOutside(caller.identity));
  const copies = others.map((recipientAccountId) =>
    inHome({ userIdentity, recipientAccountId, eventID: uuidFrom(`${recipientAccountId} ${call.eventId}`) }),
  );
  return { ...inHome({}), copies };
}

function unfinished({ outcome }: CapturedCall, unjudged: boolean): Record<string, unknown> {
  return unjudged ? { outcome, signatureVerified: false } : { outcome };
}

function intentOf(
  { identities, defaultAccount }: RecorderDeps,
  incoming: IncomingCall,
  plan: Plan,
): EventRecord {
  const { accessKeyId = '', sessionToken } = incoming.named;
  const judged = judgeCaller({
    named: incoming.named,
    verified: undefined,
    unauthenticated: false,
    defaultAccount,
  });
  const found = judged === undefined ? identities.identify(accessKeyId, sessionToken) : undefined;
  const identity = found instanceof Promise ? undefined : found;
  if (found instanceof Promise) found.catch(() => undefined);
  const additions = { outcome: 'unknown', reason: 'the server ended before the answer was known' };
  return toEvent(
    buildRecord({
      call: incoming,
      plan,
      caller: judged ?? callerFrom(identity, accessKeyId, defaultAccount),
      failure: undefined,
      defaultAccount,
      additions,
    }),
  );
}

function toEvent(record: Record<string, unknown>): EventRecord {
  const text = writeWithinLimits(record);
  return { raw: Buffer.from(text), columns: columnsOf(record), origin: 'captured' };
}

function isSuccess({ response }: CapturedCall): boolean {
  return (
    response !== undefined && response.status >= 200 && response.status < 300 && response.body !== undefined
  );
}

/**
 * Learns what the answer tells of keys and their owners, and of this very caller. What cannot be read teaches nothing; the call is recorded all
 * the same.
 */
function learn(deps: RecorderDeps, finishing: Finishing, model: NonNullable<Plan['teaches']>): Caller {
  const { call, caller, failure } = finishing;
  const { service, operation } = call.named;
  const token = caller.identity.accessKeyId === undefined && bringsToken(service, operation);
  const lesson =
    call.servedBy === 'upstream' && isSuccess(call) && isNews(service, operation, caller.identity);
  if (!lesson && !token) return caller;
  try {
    const { input, output } = readCall(call, model);
    const known = token
      ? callerFromToken(deps, { operation, input, output, checked: isRefusedByRole(call, failure) })
      : caller;
    if (!lesson || output === undefined) return known;
    const { identities, defaultAccount } = deps;
    const { accessKeyId } = call.named;
    const seen = { service, operation, input, output, caller: known.identity, accessKeyId, defaultAccount };
    learnFrom(identities, { ...seen, at: call.completedAt });
    return known.identity.type === 'Unknown' && accessKeyId !== undefined
      ? learnedCaller(deps, call, known)
      : known;
  } catch {
    return token ? { identity: { type: 'Unknown' } } : caller;
  }
}

/** An answer may have said who asked: GetCallerIdentity, ListBuckets. */
function learnedCaller({ identities }: RecorderDeps, { named }: CapturedCall, unknown: Caller): Caller {
  const found = identities.identify(named.accessKeyId ?? '', named.sessionToken);
  return found === undefined || found instanceof Promise ? unknown : { identity: found };
}

/** Only a service that was asked has checked the token before it looked at the role; Opentrail refuses some calls before anything else. */
function isRefusedByRole({ servedBy }: CapturedCall, failure: Failure | undefined): boolean {
  return servedBy === 'upstream' && failure?.errorCode === 'AccessDenied';
}

function callerFromToken({ defaultAccount }: RecorderDeps, call: TokenCall): Caller {
  const account = accountOfArn(text(call.input['RoleArn']));
  return { identity: tokenCaller(call) ?? { type: 'Unknown', accountId: account || defaultAccount } };
}

function readCall({ request, response }: CapturedCall, model: NonNullable<Plan['teaches']>) {
  const { method, path, query, headers, body = new Uint8Array() } = request;
  const input = parseRequest(model, { method, path, query, headers, body });
  const output =
    response?.body === undefined || response.status >= 300
      ? undefined
      : parseResponse(model, { status: response.status, headers: response.headers, body: response.body });
  return { input, output };
}
