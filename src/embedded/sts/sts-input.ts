import { z } from 'zod';

/** Limits of STS's inputs. https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */

export const durationSeconds = (most: number) => z.number().int().min(900).max(most);

export const mfaMembers = {
  SerialNumber: z
    .string()
    .min(9)
    .max(256)
    .regex(/^[\w+=/:,.@-]*$/)
    .optional(),
  TokenCode: z.string().min(6).max(6).regex(/^\d*$/).optional(),
};
