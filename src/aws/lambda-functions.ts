import { GetPolicyCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { regionOfArn } from './arn.ts';
import type { Clock } from '../base/clock.ts';
import { AwsError } from './errors.ts';
import { letsService } from './policy/lets-service.ts';
import type { FunctionPort } from './ports.ts';
import { told } from './sdk-error.ts';
import { byRegion, clientOptions, type ServiceEndpoint } from './service-client.ts';

export type LambdaFunctionsDeps = ServiceEndpoint & { readonly clock: Clock };

/** Milliseconds for which a function's policy is believed. */
const BELIEVED = 60_000;

/**
 * Functions of a Lambda by endpoint. Since the key that signs may do more there than the service it is used for, the function's policy is asked
 * here, as AWS asks it: without a statement for the service nothing is invoked. Failures are AwsError with Lambda's own code;
 * `ServiceUnavailable` when nobody answers.
 */
export function createLambdaFunctions(deps: LambdaFunctionsDeps): FunctionPort {
  const policies = new Map<string, { readonly policy: string | undefined; readonly readAt: number }>();
  const clientOf = byRegion((region) => new LambdaClient(clientOptions(deps, region)));
  const policyOf = async (arn: string): Promise<string | undefined> => {
    const known = policies.get(arn);
    if (known !== undefined && deps.clock.now() < known.readAt + BELIEVED) return known.policy;
    const policy = await readPolicy(clientOf(regionOfArn(arn)), arn);
    policies.set(arn, { policy, readAt: deps.clock.now() });
    return policy;
  };
  const checkInvoke: FunctionPort['checkInvoke'] = async ({ functionArn, source }) => {
    const request = { action: 'lambda:InvokeFunction', resource: functionArn };
    if (letsService(await policyOf(functionArn), request, source)) return;
    // The next try is to see what is changed.
    policies.delete(functionArn);
    throw new AwsError(
      'AccessDeniedException',
      `The policy of ${functionArn} does not let ${source.service} invoke it for ${source.arn}.`,
      { status: 403 },
    );
  };
  return {
    checkInvoke,
    invoke: async ({ functionArn, payload, source }) => {
      await checkInvoke({ functionArn, source });
      const asked = new InvokeCommand({
        FunctionName: functionArn,
        InvocationType: 'Event',
        Payload: Buffer.from(payload),
      });
      try {
        await told(clientOf(regionOfArn(functionArn)).send(asked));
      } catch (error) {
        policies.delete(functionArn);
        throw error;
      }
    },
  };
}

/** Lambda says ResourceNotFoundException also of a function that has no policy. */
async function readPolicy(client: LambdaClient, functionArn: string): Promise<string | undefined> {
  try {
    return (await told(client.send(new GetPolicyCommand({ FunctionName: functionArn })))).Policy;
  } catch (error) {
    const hasNone = error instanceof AwsError && error.code === 'ResourceNotFoundException';
    if (hasNone && !/function not found/i.test(error.message)) return undefined;
    throw error;
  }
}
