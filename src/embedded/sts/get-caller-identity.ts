import type { Operation } from '../../aws/operation.ts';

/** No permission is needed. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export function getCallerIdentity(): Operation {
  return {
    service: 'sts',
    name: 'GetCallerIdentity',
    action: false,
    handle: (_input, { principal }) =>
      Promise.resolve({
        output: { UserId: principal.principalId, Account: principal.accountId, Arn: principal.arn },
      }),
  };
}
