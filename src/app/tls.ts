import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

import type { EndpointTls } from '../api/endpoint-contract.ts';
import { messageOf, OpentrailError } from '../base/errors.ts';
import type { Config } from '../config.ts';

/** The endpoint's certificate and key as they are now; undefined: it speaks plain HTTP. Throws BAD_CONFIG when they are unusable. */
export function readTls({
  tls_cert: cert,
  tls_key: key,
  tls_client_ca: ca,
}: Config): EndpointTls | undefined {
  if (cert === undefined || key === undefined) return undefined;
  const pair = { cert: readSetting('tls_cert', cert), key: readSetting('tls_key', key) };
  checked('OPENTRAIL_TLS_CERT, OPENTRAIL_TLS_KEY', () => createSecureContext(pair));
  return ca === undefined ? pair : { ...pair, clientCa: readCa('tls_client_ca', ca) };
}

/** How https:// upstreams are verified. Throws BAD_CONFIG. */
export function upstreamTls({ upstream_ca: file, upstream_tls_verify: verify }: Config) {
  if (file === undefined) return { verify };
  return { ca: readCa('upstream_ca', file), verify };
}

function readCa(key: string, file: string): string {
  const ca = readSetting(key, file);
  const setting = `OPENTRAIL_${key.toUpperCase()}`;
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new OpentrailError('BAD_CONFIG', `${setting}: no certificate (PEM) in ${file}`);
  checked(setting, () => createSecureContext({ ca }));
  return ca;
}

function readSetting(key: string, file: string): string {
  return checked(`OPENTRAIL_${key.toUpperCase()}`, () => readFileSync(file, 'utf8'));
}

function checked<T>(setting: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw new OpentrailError('BAD_CONFIG', `${setting}: ${messageOf(cause)}`, { cause });
  }
}
