import type { Selectable } from 'kysely';
import { Secret, TOTP } from 'otpauth';

import type { Clock } from '../../base/clock.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';
import type { MasterKey } from './master-key.ts';
import type { IamTables } from './settings.ts';

/** Virtual MFA devices: TOTP (RFC 6238) with SHA-1, six digits, 30 seconds, one step of tolerance either way. */
export type Mfa = {
  readonly hasDevice: (userId: string) => Promise<boolean>;
  /** Tries the user's devices, or the named one. Each code counts once; five wrong ones lock the user's devices for 15 minutes. */
  readonly check: (attempt: MfaAttempt) => Promise<MfaOutcome>;
  /** The time step of two consecutive codes of a device not yet in use; undefined when they are not that. */
  readonly stepOfPair: (
    device: { readonly serial: string; readonly sealed_secret: string },
    codes: readonly [string, string],
  ) => number | undefined;
};

export type MfaAttempt = {
  readonly userId: string;
  readonly serialNumber?: string | undefined;
  readonly code: string;
};

export type MfaOutcome =
  | { readonly result: 'ok'; readonly serialNumber: string }
  | { readonly result: 'wrong' | 'unknown' | 'locked' };

export type MfaDeps = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly limiter: AttemptLimiter;
};

type DeviceRow = Selectable<IamTables['iam_mfa_devices']>;

const PERIOD = 30;

export function createMfa({ settings, masterKey, clock, limiter }: MfaDeps): Mfa {
  const devicesOf = (userId: string) =>
    settings.selectFrom('iam_mfa_devices').selectAll().where('user_id', '=', userId).execute();
  const totpOf = (device: Pick<DeviceRow, 'serial' | 'sealed_secret'>) => {
    const secret = masterKey.open(purposeOf(device.serial), device.sealed_secret);
    return secret === undefined ? undefined : totp(secret);
  };
  return {
    hasDevice: async (userId) => (await devicesOf(userId)).length > 0,
    check: async ({ userId, serialNumber, code }) => {
      const devices = (await devicesOf(userId)).filter(
        ({ serial }) => serialNumber === undefined || serial === serialNumber,
      );
      if (devices.length === 0) return { result: 'unknown' };
      if (limiter.lockedFor(userId) > 0) return { result: 'locked' };
      for (const device of devices) {
        const step = stepOf(totpOf(device), code, clock.now());
        if (step === undefined || !(await takeStep(settings, device.serial, step))) continue;
        limiter.succeeded(userId);
        return { result: 'ok', serialNumber: device.serial };
      }
      limiter.failed(userId);
      return { result: 'wrong' };
    },
    stepOfPair: (device, [first, second]) => {
      const generator = totpOf(device);
      const step = stepOf(generator, first, clock.now(), 2);
      if (generator === undefined || step === undefined) return undefined;
      const next = generator.generate({ timestamp: (step + 1) * PERIOD * 1000 });
      return next === second ? step + 1 : undefined;
    },
  };
}

export function newMfaSecret(): string {
  return new Secret({ size: 32 }).base32;
}

/** `otpauth://totp/…`, for authenticator apps. */
export function otpauthUri(secret: string, label: string): string {
  return new TOTP({ issuer: 'Opentrail', label, secret, period: PERIOD }).toString();
}

export function purposeOf(serialNumber: string): string {
  return `mfa ${serialNumber}`;
}

function totp(secret: string): TOTP {
  return new TOTP({ secret, period: PERIOD });
}

function stepOf(device: TOTP | undefined, code: string, now: number, window = 1): number | undefined {
  if (device === undefined || !/^\d{6}$/.test(code)) return undefined;
  const delta = device.validate({ token: code, timestamp: now, window });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD) + delta;
}

/** False when this step or a later one was used already: a code seen on its way cannot be used again. */
async function takeStep(settings: Settings<IamTables>, serialNumber: string, step: number): Promise<boolean> {
  const taken = await settings
    .updateTable('iam_mfa_devices')
    .set({ last_step: step })
    .where('serial', '=', serialNumber)
    .where('last_step', '<', step)
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}
