import { Command } from 'commander';

import { OpentrailError } from '../base/errors.ts';

/** `opentrail verify DIR|s3://BUCKET[/PREFIX]|TRAIL`: whether log files and digests are as they were delivered. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('Proves that delivered log files are unchanged and complete.')
    .action(() => {
      throw new OpentrailError('NOT_BUILT', 'verify');
    });
}
