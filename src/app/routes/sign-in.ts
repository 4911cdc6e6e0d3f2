import type { InternalRoute, RouteRequest } from '../../api/endpoint-contract.ts';
import type { Clock } from '../../base/clock.ts';
import type { CaptureSink, NamedCall } from '../../capture/captured-call.ts';
import type { Config } from '../../config.ts';
import type { ConsoleSignIn } from '../../embedded/iam/console-sign-in.ts';
import { createSignInRoute } from '../../embedded/iam/sign-in-route.ts';
import { identityOf } from '../own-identity.ts';

export type SignInDeps = {
  readonly consoleSignIn: ConsoleSignIn;
  readonly config: Pick<Config, 'account_id' | 'region'>;
  readonly sink: CaptureSink;
  readonly clock: Clock;
};

/** `POST /_signin`, with a `ConsoleLogin` record whether it succeeds or fails. */
export function signInRoute({ consoleSignIn, config, sink, clock }: SignInDeps): InternalRoute {
  const named: NamedCall = {
    service: 'signin',
    eventSource: 'signin.amazonaws.com',
    operation: 'ConsoleLogin',
    protocol: 'unknown',
    region: config.region,
    accessKeyId: undefined,
    sessionToken: undefined,
    auth: 'none',
    evidence: 'path=/_signin',
  };
  return createSignInRoute<RouteRequest>({
    consoleSignIn,
    accountId: config.account_id,
    region: config.region,
    record: (request, { overrides, succeeded, principal }) =>
      sink.outcome({
        ...request.incoming(named),
        completedAt: clock.now(),
        outcome: succeeded ? 'allowed' : 'denied',
        response: undefined,
        servedBy: 'opentrail',
        caller: principal && identityOf(principal),
        failure: undefined,
        overrides,
      }),
  });
}
