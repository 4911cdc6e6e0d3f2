import { z } from 'zod';

import { duration, integer } from './kinds.ts';

/** What is unusual. */
export const insightsSettings = {
  insights: z
    .enum(['selected', 'all', 'off'])
    .default('selected')
    .describe(
      'Where insights are looked for. selected: where a trail (or event data store) asks for them; all: in every account and region; off: nowhere. Calls per minute are counted all the same.',
    ),
  insights_budget: z.coerce
    .number()
    .positive()
    .max(100)
    .default(0.9)
    .describe(
      'How many insights a day, over all APIs, may be nothing but chance. More finds smaller anomalies.',
    ),
  insights_learn: duration('7d', 0).describe(
    'How much of the past must have been counted in an account and region before the first insight.',
  ),
  insights_lag: duration('2m', 0).describe(
    'How late events may be before a minute is taken to be complete. What is unusual is told as soon as it is counted; that it is over, or that a job did not run, waits for this.',
  ),
  insights_quiet: integer(5, 1).describe('Minutes as usual after which an insight is over.'),
};
