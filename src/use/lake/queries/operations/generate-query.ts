import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { useStore } from '../access.ts';
import type { QueryDeps } from '../deps.ts';
import { checked, storeName } from './input.ts';

/**
 * No language model stands behind Opentrail: what is asked is checked, and then answered with GenerateResponseException, which AWS has for a
 * query that could not be generated. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GenerateQuery.html
 */
export async function generateQuery(
  deps: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      EventDataStores: z.array(storeName).min(1).max(1),
      Prompt: z
        .string()
        .min(3)
        .max(500)
        .regex(/^[ -~\n]*$/),
    },
    input,
  );
  await useStore(deps, given.EventDataStores[0] ?? '', { context, action: 'cloudtrail:GenerateQuery' });
  throw new AwsError(
    'GenerateResponseException',
    'Opentrail has no model that generates queries. SearchSampleQueries finds ready ones.',
  );
}
