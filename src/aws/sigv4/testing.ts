import type { CredentialSource } from '../credentials.ts';
import { AwsError } from '../errors.ts';
import type { Principal } from '../operation.ts';

/** What the tests of this folder verify against. */
export const principal: Principal = {
  type: 'IAMUser',
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/alice',
  principalId: 'AIDAEXAMPLE',
  userName: 'alice',
  accessKeyId: 'AKIDEXAMPLE',
  sessionContext: undefined,
  fromConsole: false,
  policies: [],
  expiresAt: undefined,
};

/** Keys and their secrets; without `anyToken`, a session token must be `good-token`, and `old-token` has expired. */
export function credentialsOf(secrets: Record<string, string>, { anyToken = false } = {}): CredentialSource {
  return {
    issued: (id) => Object.hasOwn(secrets, id),
    resolve: (id, token) => {
      const secretAccessKey = secrets[id];
      if (secretAccessKey === undefined) return Promise.resolve(undefined);
      if (token === 'old-token') return Promise.reject(new AwsError('ExpiredToken', 'expired'));
      if (token !== undefined && token !== 'good-token' && !anyToken)
        return Promise.reject(new AwsError('InvalidClientTokenId', 'invalid'));
      return Promise.resolve({ secretAccessKey, principal });
    },
  };
}
