import { z } from 'zod';

import { parameters, statement } from '../../queries/operations/input.ts';

/** Limits of members: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateDashboard.html */

export const name = z
  .string()
  .min(3)
  .max(128)
  .regex(/^[a-zA-Z0-9_-]+$/);
export const dashboardId = z
  .string()
  .min(3)
  .max(256)
  .regex(/^[a-zA-Z0-9._/:-]+$/);
export const widgets = z.array(
  z.object({
    QueryStatement: statement,
    QueryParameters: parameters.nullish().transform((given) => given ?? undefined),
    ViewProperties: z.record(
      z
        .string()
        .min(3)
        .max(128)
        .regex(/^[a-zA-Z0-9._-]+$/),
      z
        .string()
        .min(1)
        .max(128)
        .regex(/^[a-zA-Z0-9._\- ]+$/),
    ),
  }),
);
export const schedule = z.object({
  Frequency: z
    .object({ Unit: z.enum(['HOURS', 'DAYS']).optional(), Value: z.number().int().optional() })
    .optional(),
  Status: z.enum(['ENABLED', 'DISABLED']).optional(),
  TimeOfDay: z.string().optional(),
});
export const values = z.record(
  z
    .string()
    .min(3)
    .max(128)
    .regex(/^[a-zA-Z0-9._/\-:$]+$/),
  z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-zA-Z0-9._/\-:]+$/),
);
