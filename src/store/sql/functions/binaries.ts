import { BIGINT, VARBINARY, VARCHAR } from '../types/type.ts';
import { of } from './call-args.ts';
import { one, takes, type Functions } from './spec.ts';

const hash = (name: string) =>
  one((call) => of(VARBINARY, `toNullable(toString(${name}(assumeNotNull(${call.binary(0).sql}))))`));

/** https://trino.io/docs/current/functions/binary.html */
export const BINARY_FUNCTIONS: Functions = {
  to_hex: one((call) => of(VARCHAR, `hex(${call.binary(0).sql})`)),
  from_hex: one((call) => of(VARBINARY, `unhex(${call.text(0).sql})`)),
  to_base64: one((call) => of(VARCHAR, `base64Encode(${call.binary(0).sql})`)),
  from_base64: one((call) =>
    of(VARBINARY, `${call.lenient ? 'tryBase64Decode' : 'base64Decode'}(${call.text(0).sql})`),
  ),
  to_base64url: one((call) => of(VARCHAR, `base64URLEncode(${call.binary(0).sql})`)),
  from_base64url: one((call) =>
    of(VARBINARY, `${call.lenient ? 'tryBase64URLDecode' : 'base64URLDecode'}(${call.text(0).sql})`),
  ),
  md5: hash('MD5'),
  sha1: hash('SHA1'),
  sha256: hash('SHA256'),
  sha512: hash('SHA512'),
  crc32: one((call) => of(BIGINT, `CRC32(${call.binary(0).sql})`)),
  uuid: takes(0, 0, () => of(VARCHAR, 'toString(generateUUIDv4())')),
};
