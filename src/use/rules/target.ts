import { z } from 'zod';

import { arn } from './input.ts';

const parameters = z.record(z.string(), z.string());

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html; members for targets that are not built are refused by name. */
export const targetShape = {
  Id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[.\-_A-Za-z0-9]+$/),
  Arn: arn,
  RoleArn: arn.optional(),
  Input: z.string().max(8192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .object({
      InputPathsMap: z.record(z.string(), z.string().min(1).max(256)).optional(),
      InputTemplate: z.string().min(1).max(8192),
    })
    .optional(),
  SqsParameters: z.object({ MessageGroupId: z.string().min(1).max(100).optional() }).optional(),
  HttpParameters: z
    .object({
      PathParameterValues: z.array(z.string()).optional(),
      HeaderParameters: parameters.optional(),
      QueryStringParameters: parameters.optional(),
    })
    .optional(),
  DeadLetterConfig: z.object({ Arn: arn.optional() }).optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
    })
    .optional(),
};

export type Target = z.output<z.ZodObject<typeof targetShape>>;

export const RETRIES = 185;
export const MOST_AGE_SECONDS = 86_400;
