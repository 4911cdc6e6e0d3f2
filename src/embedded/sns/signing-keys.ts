import {
  createHash,
  createPrivateKey,
  generateKeyPair,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';

import { OpentrailError } from '../../base/errors.ts';
import type { SigningKeyRow } from './settings.ts';
import type { SnsSettings } from './topic-store.ts';

/** Key and certificate by which receivers know that a message is ours: RSA 2048, a new pair every year, certificates valid for two. */
export type SigningKeys = {
  /** The pair that signs at `now` (ms); made when there is none. */
  readonly current: (now: number) => Promise<SigningKey>;
  /** PEM; undefined where there is none of that fingerprint. */
  readonly certificate: (fingerprint: string) => Promise<string | undefined>;
};

export type SigningKey = {
  readonly fingerprint: string;
  /** Base64 of the RSASSA-PKCS1-v1_5 signature: SHA-1 for version 1, SHA-256 for version 2. */
  readonly sign: (text: string, version: string) => string;
};

export type SigningKeysDeps = {
  readonly settings: SnsSettings;
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
};

const YEAR = 365 * 86_400_000;
const PURPOSE = 'sns-signing-key';

const generate = promisify(generateKeyPair);

export function createSigningKeys(deps: SigningKeysDeps): SigningKeys {
  const opened = new Map<string, SigningKey>();
  const openKey = (row: SigningKeyRow): SigningKey => {
    const known = opened.get(row.fingerprint) ?? unseal(deps, row);
    opened.set(row.fingerprint, known);
    return known;
  };
  // One after another: two messages without a key must not make two.
  let queue: Promise<unknown> = Promise.resolve();
  return {
    current: (now) => {
      const key = queue.then(async () =>
        openKey((await currentRow(deps, now)) ?? (await makeKey(deps, now))),
      );
      queue = key.catch(() => undefined);
      return key;
    },
    certificate: async (fingerprint) => {
      const row = await deps.settings
        .selectFrom('sns_signing_keys')
        .select('certificate')
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst();
      return row?.certificate;
    },
  };
}

function currentRow({ settings }: SigningKeysDeps, now: number): Promise<SigningKeyRow | undefined> {
  return settings
    .selectFrom('sns_signing_keys')
    .selectAll()
    .where('sign_until', '>', now)
    .orderBy('valid_from', 'desc')
    .executeTakeFirst();
}

async function makeKey({ settings, seal }: SigningKeysDeps, now: number): Promise<SigningKeyRow> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 });
  const until = now + 2 * YEAR;
  const certificate = await selfSigned({ privateKey, publicKey }, { from: now - 86_400_000, until });
  const row = {
    fingerprint: createHash('sha256').update(certificate).digest('hex').slice(0, 32),
    certificate,
    sealed_private_key: seal(PURPOSE, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    valid_from: now,
    sign_until: now + YEAR,
  };
  await settings.insertInto('sns_signing_keys').values(row).execute();
  return row;
}

/** PEM of an X.509 certificate that vouches for itself. */
async function selfSigned(
  keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  { from, until }: { readonly from: number; readonly until: number },
): Promise<string> {
  // Once a year, and 50 ms to load.
  const { default: forge } = await import('node-forge');
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pem(keys.publicKey, 'spki'));
  // Positive, as RFC 5280 wants it.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(from);
  certificate.validity.notAfter = new Date(until);
  const name = [{ name: 'commonName', value: 'Opentrail Simple Notification Service' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const key = forge.pki.privateKeyFromPem(
    keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  );
  certificate.sign(key, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

function pem(key: KeyObject, type: 'spki'): string {
  return key.export({ type, format: 'pem' }).toString();
}

function unseal({ open }: SigningKeysDeps, { fingerprint, sealed_private_key }: SigningKeyRow): SigningKey {
  const text = open(PURPOSE, sealed_private_key);
  if (text === undefined) {
    throw new OpentrailError(
      'BAD_FILE',
      `SNS signing key ${fingerprint} was sealed with another master key`,
      {
        kind: 'operator',
      },
    );
  }
  const key = createPrivateKey(text);
  return {
    fingerprint,
    sign: (signed, version) =>
      sign(version === '2' ? 'RSA-SHA256' : 'RSA-SHA1', Buffer.from(signed), key).toString('base64'),
  };
}
