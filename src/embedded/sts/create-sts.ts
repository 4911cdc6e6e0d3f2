import type { Operation, Principal } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';

export type StsDeps = {
  readonly clock: Clock;
  /** createIam(...).sessions */
  readonly sessions: {
    readonly forUser: (request: {
      readonly principal: Principal;
      readonly durationSeconds: number;
      readonly mfa: boolean;
      readonly fromConsole: boolean;
    }) => TemporaryCredentials;
    readonly forRole: (request: {
      readonly accountId: string;
      readonly sessionName: string;
      readonly durationSeconds: number;
      readonly mfa: boolean;
      readonly fromConsole: boolean;
      readonly sessionPolicy?: Readonly<Record<string, unknown>> | undefined;
    }) => { readonly credentials: TemporaryCredentials; readonly principal: Principal };
    readonly checkMfa: (
      principal: Principal,
      device: { readonly serialNumber: string; readonly tokenCode: string },
    ) => Promise<void>;
  };
};

export type TemporaryCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
};

export function createSts(_deps: StsDeps): { readonly operations: readonly Operation[] } {
  throw new OpentrailError('NOT_BUILT', 'createSts');
}
