import type { SessionCredentials } from '../../aws/sessions.ts';

/** As STS's answers have them. */
export function credentialsOutput(credentials: SessionCredentials) {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials;
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt),
  };
}
