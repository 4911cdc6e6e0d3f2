import { z } from 'zod';

import type { Operation } from '../../aws/operation.ts';
import { validateInput, validationError } from '../../aws/validate-input.ts';
import type { StsDeps } from './sts-deps.ts';

/** The account of a key, for keys that were issued here. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html */
export function getAccessKeyInfo({ credentials, accountId }: StsDeps): Operation {
  return {
    service: 'sts',
    name: 'GetAccessKeyInfo',
    handle: (input) => {
      const { AccessKeyId } = validateInput(
        { AccessKeyId: z.string().min(16).max(128).regex(/^\w*$/) },
        input,
      );
      if (!credentials.issued(AccessKeyId))
        throw validationError(`The specified value for accessKeyId is invalid: ${AccessKeyId}`);
      return Promise.resolve({ output: { Account: accountId } });
    },
  };
}
