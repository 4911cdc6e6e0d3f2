import { z } from 'zod';

import { duration, integer, list } from './kinds.ts';

/** The tree of proofs and its witnesses. */
export const proofsSettings = {
  proof_origin: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be a name without spaces and +')
    .optional()
    .describe(
      'Name of the tree of proofs in its checkpoints, such as audit.example.com/opentrail (default: `opentrail/` and an id that the first start makes).',
    ),
  proof_key_file: z
    .string()
    .optional()
    .describe(
      'File of the Ed25519 key (PEM) that signs checkpoints, outside of the data folder (default: a key sealed in the settings).',
    ),
  proof_interval: duration('1m').describe(
    'How often a checkpoint of the tree is signed while it grows, beside those for proofs and digests.',
  ),
  witnesses: list
    .default([])
    .describe(
      'Witnesses that cosign checkpoints: `URL PUBLIC-KEY`, as `opentrail witness` prints it; several separated by commas.',
    ),
  proof_quorum: integer(0, 0).describe(
    'How many of the witnesses must cosign a checkpoint before proofs are given with it and it is published.',
  ),
};
