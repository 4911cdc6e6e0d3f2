import type { TemporaryCredentials } from './sts-deps.ts';

/** As STS's answers have them. */
export function credentialsOutput(credentials: TemporaryCredentials) {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials;
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt),
  };
}
