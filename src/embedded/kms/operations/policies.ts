import { z } from 'zod';

import { AccessDenied, AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, PolicyDocument } from '../../../aws/operation.ts';
import type { Key, KeyStore } from '../key-store.ts';
import { malformed, readPolicy } from '../key-policy.ts';
import { keyOperation, limit, marker } from './kms-operation.ts';

/** A key has one policy, named `default`. */
const policyName = z.string().min(1).max(128).optional();

export function policyOperations(store: KeyStore): Operation[] {
  return [
    keyOperation(store, 'GetKeyPolicy', {
      input: { PolicyName: policyName },
      handle: async (key, input) => {
        checkName(input.PolicyName);
        return { Policy: key.policy, PolicyName: 'default' };
      },
    }),
    keyOperation(store, 'PutKeyPolicy', {
      input: {
        PolicyName: policyName,
        Policy: z.string().min(1).max(131_072),
        BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
      },
      conditionKeys: (input) => ({
        'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck === true),
      }),
      handle: async (key, input, context) => {
        checkName(input.PolicyName);
        const document = readPolicy(input.Policy);
        if (input.BypassPolicyLockoutSafetyCheck !== true) checkNotLockedOut(context, key, document);
        await store.change(key, { policy: input.Policy });
      },
    }),
    keyOperation(store, 'ListKeyPolicies', {
      input: { Limit: limit, Marker: marker },
      handle: async () => ({ PolicyNames: ['default'], Truncated: false }),
    }),
  ];
}

function checkName(name: string | undefined): void {
  if (name !== undefined && name !== 'default')
    throw new AwsError(
      'NotFoundException',
      `No such policy exists: a key's policy is named "default" (got "${name}").`,
    );
}

/** Whoever writes a policy must be able to write the next. Throws MalformedPolicyDocumentException. */
export function checkNotLockedOut(
  context: CallContext,
  key: Pick<Key, 'arn' | 'account'>,
  policy: PolicyDocument,
): void {
  try {
    context.authorize('kms:PutKeyPolicy', key.arn, {
      resourcePolicy: policy,
      resourceAccount: key.account,
      resourceMustAllow: true,
      conditionKeys: { 'kms:CallerAccount': context.accountId },
    });
  } catch (error) {
    if (!(error instanceof AccessDenied)) throw error;
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
  }
}
