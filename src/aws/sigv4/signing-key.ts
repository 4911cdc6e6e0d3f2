import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** `date` is `20261121`. */
export type SigningKeyParts = {
  readonly secretAccessKey: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
};

/** A KeyObject where it is used again and again: an HMAC with one took 5 µs, with the same key as bytes 18. */
export type SigningKey = KeyObject | Uint8Array;

export type SigningKeys = { readonly get: (parts: SigningKeyParts) => SigningKey };

/** Remembers derived keys: four HMACs once a day per key, region and service instead of per call. Holds at most `limit` (oldest go first). */
export function createSigningKeys(limit = 10_000): SigningKeys {
  const cache = new Map<string, KeyObject>();
  return {
    get: (parts) => {
      const id = `${parts.date}/${parts.region}/${parts.service}/${parts.secretAccessKey}`;
      const known = cache.get(id);
      if (known !== undefined) return known;
      if (cache.size >= limit) cache.delete(cache.keys().next().value as string);
      const key = createSecretKey(deriveSigningKey(parts));
      cache.set(id, key);
      return key;
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signing-key */
export function deriveSigningKey({ secretAccessKey, date, region, service }: SigningKeyParts): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), 'aws4_request');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
