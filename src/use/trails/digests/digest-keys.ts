import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { OpentrailError } from '../../../base/errors.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { DigestKeyRow, TrailTables } from '../settings.ts';

/** The key pairs that sign digests: RSA of 2,048 bits, a new one every 29 days, each valid for 30. */
export type DigestKeys = {
  /** The key that signs a digest which ends at `at` (ms); made when there is none. */
  readonly signingKey: (at: number) => Promise<SigningKey>;
  /** Throws NOT_FOUND, or BAD_FILE when it was sealed by another master key. */
  readonly byFingerprint: (fingerprint: string) => Promise<SigningKey>;
  /** Public keys whose validity touches [from, to] (ms), oldest first. */
  readonly list: (from: number, to: number) => Promise<readonly PublicKey[]>;
};

export type SigningKey = { readonly fingerprint: string; readonly privateKey: KeyObject };

export type PublicKey = {
  readonly fingerprint: string;
  /** PKCS#1 RSAPublicKey. */
  readonly der: Uint8Array;
  readonly validFrom: number;
  readonly validTo: number;
};

export type DigestKeysDeps = {
  readonly settings: Settings<TrailTables>;
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
};

const DAY = 86_400_000;
const VALIDITY = 30 * DAY;
/** A successor is made this long before a key ends, so that their validities overlap as AWS's do. */
const OVERLAP = DAY;
const PURPOSE = 'trail-digest-key';

const generate = promisify(generateKeyPair);

export function createDigestKeys(deps: DigestKeysDeps): DigestKeys {
  const opened = new Map<string, SigningKey>();
  const openKey = (row: DigestKeyRow): SigningKey => {
    const known = opened.get(row.fingerprint) ?? unseal(deps, row);
    opened.set(row.fingerprint, known);
    return known;
  };
  // One after another: two callers without a key must not make two.
  let queue: Promise<unknown> = Promise.resolve();
  return {
    signingKey: (at) => {
      const key = queue.then(async () => openKey((await currentRow(deps, at)) ?? (await makeKey(deps, at))));
      queue = key.catch(() => undefined);
      return key;
    },
    byFingerprint: async (fingerprint) => {
      const row = await deps.settings
        .selectFrom('trail_digest_keys')
        .selectAll()
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst();
      if (row === undefined) throw new OpentrailError('NOT_FOUND', `digest key ${fingerprint}`);
      return openKey(row);
    },
    list: async (from, to) => {
      const rows = await deps.settings
        .selectFrom('trail_digest_keys')
        .selectAll()
        .where('valid_from', '<=', to)
        .where('valid_to', '>=', from)
        .orderBy('valid_from')
        .execute();
      return rows.map((row) => ({
        fingerprint: row.fingerprint,
        der: Buffer.from(row.public_key, 'base64'),
        validFrom: row.valid_from,
        validTo: row.valid_to,
      }));
    },
  };
}

async function currentRow(deps: DigestKeysDeps, at: number): Promise<DigestKeyRow | undefined> {
  return deps.settings
    .selectFrom('trail_digest_keys')
    .selectAll()
    .where('valid_from', '<=', at)
    .where('valid_to', '>', at + OVERLAP)
    .orderBy('valid_from', 'desc')
    .executeTakeFirst();
}

async function makeKey(deps: DigestKeysDeps, at: number): Promise<DigestKeyRow> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ type: 'pkcs1', format: 'der' });
  const validFrom = Math.floor(at / 1000) * 1000;
  const row = {
    // Nowhere documented, but so in all of AWS's samples: the MD5 of exactly these bytes.
    fingerprint: createHash('md5').update(der).digest('hex'),
    public_key: der.toString('base64'),
    sealed_private_key: deps.seal(PURPOSE, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    valid_from: validFrom,
    valid_to: validFrom + VALIDITY,
  };
  await deps.settings.insertInto('trail_digest_keys').values(row).execute();
  return row;
}

function unseal(deps: DigestKeysDeps, row: DigestKeyRow): SigningKey {
  const pem = deps.open(PURPOSE, row.sealed_private_key);
  if (pem === undefined) {
    throw new OpentrailError('BAD_FILE', `digest key ${row.fingerprint} was sealed with another master key`, {
      kind: 'operator',
    });
  }
  return { fingerprint: row.fingerprint, privateKey: createPrivateKey(pem) };
}
