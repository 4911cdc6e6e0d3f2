import type { CheckSignature } from './verify-digests.ts';

/** As ListPublicKeys answers: base64 of a PKCS#1 RSAPublicKey. */
export type PublicKey = { readonly fingerprint: string; readonly value: string };

/** Undefined on plain http:// origins other than localhost: browsers give them no WebCrypto. */
export function webCrypto(): SubtleCrypto | undefined {
  return globalThis.crypto.subtle as SubtleCrypto | undefined;
}

export function readPublicKeys(answer: Readonly<Record<string, unknown>>): readonly PublicKey[] {
  const list = Array.isArray(answer['PublicKeyList']) ? (answer['PublicKeyList'] as unknown[]) : [];
  return list.flatMap((given) => {
    const { Fingerprint: fingerprint, Value: value } = (given ?? {}) as Record<string, unknown>;
    return typeof fingerprint === 'string' && typeof value === 'string' ? [{ fingerprint, value }] : [];
  });
}

/** RSA PKCS#1 v1.5 with SHA-256: RFC 8017, section 8.2. */
export function signatureCheck(subtle: SubtleCrypto, keys: readonly PublicKey[]): CheckSignature {
  const imported = new Map<string, Promise<CryptoKey>>();
  const keyOf = ({ fingerprint, value }: PublicKey) => {
    const found =
      imported.get(fingerprint) ??
      subtle.importKey(
        'spki',
        spkiOf(fromBase64(value)),
        { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
        false,
        ['verify'],
      );
    imported.set(fingerprint, found);
    return found;
  };
  return async (fingerprint, text, signature) => {
    const key = keys.find((one) => one.fingerprint === fingerprint);
    if (key === undefined) return undefined;
    const bytes = fromHex(signature);
    if (bytes === undefined) return false;
    try {
      return await subtle.verify(
        'RSASSA-PKCS1-v1_5',
        await keyOf(key),
        bytes,
        new TextEncoder().encode(text),
      );
    } catch {
      return undefined;
    }
  };
}

/** AlgorithmIdentifier of rsaEncryption: RFC 3279, section 2.3.1. */
const RSA_ENCRYPTION = [
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/** WebCrypto takes no bare PKCS#1 key: RFC 5280's SubjectPublicKeyInfo around it. */
function spkiOf(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = der(0x03, [0, ...pkcs1]);
  return new Uint8Array(der(0x30, [...RSA_ENCRYPTION, ...bits]));
}

function der(tag: number, content: readonly number[]): number[] {
  const size = content.length;
  if (size < 0x80) return [tag, size, ...content];
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [tag, 0x80 + bytes.length, ...bytes, ...content];
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
