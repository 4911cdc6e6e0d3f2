import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

import type { EndpointTls } from '../api/endpoint-contract.ts';
import { messageOf, OpentrailError } from '../base/errors.ts';
import type { Config } from '../config.ts';

/** The endpoint's certificate and key as they are now; undefined: it speaks plain HTTP. Throws BAD_CONFIG when they are unusable. */
export function readTls({ tls_cert: cert, tls_key: key }: Config): EndpointTls | undefined {
  if (cert === undefined || key === undefined) return undefined;
  const pair = { cert: readSetting('tls_cert', cert), key: readSetting('tls_key', key) };
  checked('OPENTRAIL_TLS_CERT, OPENTRAIL_TLS_KEY', () => createSecureContext(pair));
  return pair;
}

/** How https:// upstreams are verified. Throws BAD_CONFIG. */
export function upstreamTls({ upstream_ca: file, upstream_tls_verify: verify }: Config) {
  if (file === undefined) return { verify };
  const ca = readSetting('upstream_ca', file);
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new OpentrailError('BAD_CONFIG', `OPENTRAIL_UPSTREAM_CA: no certificate (PEM) in ${file}`);
  checked('OPENTRAIL_UPSTREAM_CA', () => createSecureContext({ ca }));
  return { ca, verify };
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
