import { verify } from 'node:crypto';

import { stringToSign } from '../digests/digest-document.ts';
import type { PublicKeys } from './public-keys.ts';
import type { FoundDigest } from './read-digest.ts';

export type SignatureVerdict = 'proven' | 'failed' | 'unknown-key' | 'unsigned';

/** Whether CloudTrail signed exactly this content at this place. `carried`: a signature that came by another way than the object's metadata. */
export function checkSignature(
  digest: FoundDigest,
  keys: PublicKeys,
  carried: string | undefined,
): SignatureVerdict {
  const publicKey = keys.get(digest.body.fingerprint);
  if (publicKey === undefined) return 'unknown-key';
  const signature = digest.signature ?? carried;
  if (signature === undefined) return 'unsigned';
  const text = stringToSign({
    endTime: digest.body.endTime,
    bucket: digest.body.bucket,
    key: digest.body.key,
    content: digest.content,
    previousSignature: digest.body.previousSignature,
  });
  const isValid =
    /^[0-9a-f]+$/i.test(signature) &&
    verify('RSA-SHA256', Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'hex'));
  return isValid ? 'proven' : 'failed';
}
