import { z } from 'zod';

import { identities, list } from './kinds.ts';

/** What is recorded of a call, and as whose. */
export const recordSettings = {
  data_events: z
    .enum(['selected', 'all', 'none'])
    .default('selected')
    .describe('Which data events are kept: those a trail selects, all, or none.'),
  identities: identities
    .default({})
    .describe(
      "Names that a cloud has for its users (Ceph's `tenant$uid`, canonical ids, access keys) and the ARNs they are recorded under. In the file a table " +
        "`[identities]` with lines such as `'acme$ann' = 'arn:aws:iam::111122223333:user/ann'`, in the environment `NAME=ARN` separated by commas. " +
        'A name may end in `*`, whose rest takes the place of a `*` in the ARN.',
    ),
  models: list
    .default([])
    .transform((names) => names.map((name) => name.replace(/^@aws-sdk\/client-/, '')))
    .refine((names) => names.every((name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)), {
      message: 'must be names of @aws-sdk/client-* packages such as iot,media-store',
    })
    .describe(
      'Services whose calls are recorded with all parameters beside those that come with Opentrail, by the name of their ' +
        '`@aws-sdk/client-…` package: `iot,media-store`. What is missing is installed with npm below the data folder at the start.',
    ),
};
