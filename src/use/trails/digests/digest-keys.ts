import type { KeyObject } from 'node:crypto';

import type { Clock } from '../../../base/clock.ts';
import { OpentrailError } from '../../../base/errors.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { TrailTables } from '../settings.ts';

/** The key pairs that sign digests: RSA of 2,048 bits, a new one every 30 days, valid for a day beyond its successor's start. */
export type DigestKeys = {
  /** The key that signs a digest which ends at `at` (ms); made when there is none. */
  readonly signingKey: (at: number) => Promise<SigningKey>;
  readonly byFingerprint: (fingerprint: string) => Promise<SigningKey>;
  /** Public keys whose validity touches [from, to] (ms), oldest first. */
  readonly list: (from: number, to: number) => Promise<readonly PublicKey[]>;
};

export type SigningKey = { readonly fingerprint: string; readonly privateKey: KeyObject };

export type PublicKey = {
  readonly fingerprint: string;
  readonly der: Uint8Array;
  readonly validFrom: number;
  readonly validTo: number;
};

export type DigestKeysDeps = {
  readonly settings: Settings<TrailTables>;
  readonly clock: Clock;
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
};

export function createDigestKeys(_deps: DigestKeysDeps): DigestKeys {
  throw new OpentrailError('NOT_BUILT', 'createDigestKeys');
}
