import { z } from 'zod';

import { parseDuration } from '../base/duration.ts';

/** Sources that fall silent. */
export const silenceSettings = {
  silence_after: z
    .string()
    .default('auto')
    .transform((text, context) => {
      if (text === 'auto' || text === 'off') return text;
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= 1000) return ms;
      context.addIssue({
        code: 'custom',
        message: `must be auto, off or a duration of at least 1s (got "${text}")`,
      });
      return z.NEVER;
    })
    .describe(
      'When a source of events (account and region) that used to come is told to be silent. auto: after three times its longest pause, an hour at least; off: never.',
    ),
};
