import { z } from 'zod';

import { integer, url } from './kinds.ts';

/** Functions that are run on events. */
export const functionsSettings = {
  functions: z
    .string()
    .min(1, 'must name a folder')
    .optional()
    .describe(
      'Folder with functions of a Lambda of our own: `NAME.js|.mjs|.cjs` or `NAME/index.*` (src/embedded/lambda/README.md). Their code is trusted. Without it lambda is not served here.',
    ),
  functions_concurrency: integer(10).describe('Invocations of these functions at one time.'),
  lambda_endpoint: url
    .optional()
    .describe('Lambda whose functions events are handed to (default: where lambda is served).'),
};
