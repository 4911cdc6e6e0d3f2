import type { Credentials } from '../../aws/sign.ts';

const NAMES: readonly (readonly [keyof Credentials, RegExp])[] = [
  ['accessKeyId', /(?:access[_-]?key[_-]?id|accesskeyid)["']?\s*[=:]\s*["']?([A-Z0-9]{16,128})/i],
  [
    'secretAccessKey',
    /(?:secret[_-]?access[_-]?key|secretaccesskey)["']?\s*[=:]\s*["']?([A-Za-z0-9/+=]{16,})/i,
  ],
  ['sessionToken', /(?:session[_-]?token|sessiontoken)["']?\s*[=:]\s*["']?([A-Za-z0-9/+=_-]{16,})/i],
];

/**
 * Finds a key in whatever was pasted: `export AWS_…` lines, an ini profile, the JSON of CreateAccessKey or GetSessionToken,
 * the two columns of the CSV that AWS hands out. Undefined unless id and secret are both there.
 */
export function parseCredentials(pasted: string): Credentials | undefined {
  const found: { -readonly [Name in keyof Credentials]?: string } = {};
  for (const [name, shape] of NAMES) {
    const value = shape.exec(pasted)?.[1];
    if (value) found[name] = value;
  }
  const pair = /\b((?:AKIA|ASIA)[A-Z0-9]{12,})\s*[,;\s]\s*([A-Za-z0-9/+=]{40})(?:\s|$|,)/.exec(pasted);
  const accessKeyId = found.accessKeyId ?? pair?.[1];
  const secretAccessKey = found.secretAccessKey ?? pair?.[2];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(found.sessionToken ? { sessionToken: found.sessionToken } : {}),
  };
}
