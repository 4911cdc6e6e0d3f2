import { bytes } from './kinds.ts';

/** SQL over log files where they lie. */
export const athenaSettings = {
  athena_cache: bytes('10GB').describe(
    'What Athena may keep, in the event engine, of the log files that it has read; what is used least goes first.',
  ),
};
