import type { Models } from '../aws/models/index.ts';
import { parseRequest, parseResponse } from '../aws/protocols/index.ts';
import type { CallerIdentity, CapturedCall, IncomingCall } from '../capture/captured-call.ts';
import { buildRecord } from './build-record.ts';
import { columnsOf } from './columns.ts';
import type { IdentityDirectory, Recorder } from './contract.ts';
import type { EventRecord } from './event-record.ts';
import { type Caller, judgeCaller, unknownCaller } from './identify/caller.ts';
import { learnFrom } from './identify/learn.ts';
import { type Failure, failureOf } from './members/failure.ts';
import { writeWithinLimits } from './members/sizes.ts';
import { createPlans, type Plan } from './plan.ts';

export type RecorderDeps = {
  readonly models: Models;
  readonly identities: Pick<IdentityDirectory, 'identify' | 'learnKey' | 'learnPrincipal' | 'principal'>;
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

function finish(deps: RecorderDeps, { call, plan, caller, failure }: Finishing): EventRecord {
  if (plan.teaches !== undefined && call.servedBy === 'upstream' && isSuccess(call))
    learn(deps, call, plan, caller);
  const { defaultAccount } = deps;
  // Nobody has judged the signature when no answer came.
  const unjudged =
    call.response === undefined && call.caller === undefined && call.named.accessKeyId !== undefined;
  const additions = unjudged || call.outcome === 'upstream-down' ? unfinished(call, unjudged) : undefined;
  return toEvent(buildRecord({ call, plan, caller, failure, defaultAccount, additions }));
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

/** What cannot be read teaches nothing; the call is recorded all the same. */
function learn(deps: RecorderDeps, call: CapturedCall, plan: Plan, caller: Caller): void {
  const { request, response, named } = call;
  if (plan.teaches === undefined || response?.body === undefined) return;
  try {
    const { method, path, query, headers } = request;
    const input = parseRequest(plan.teaches, {
      method,
      path,
      query,
      headers,
      body: request.body ?? new Uint8Array(),
    });
    const output = parseResponse(plan.teaches, {
      status: response.status,
      headers: response.headers,
      body: response.body,
    });
    learnFrom(deps.identities, {
      operation: named.operation,
      input,
      output,
      caller: caller.identity,
      defaultAccount: deps.defaultAccount,
      at: call.completedAt,
    });
  } catch {
    return;
  }
}
