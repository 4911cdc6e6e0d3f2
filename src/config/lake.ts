import { bytes, duration, integer } from './kinds.ts';

/** Event data stores and their queries. */
export const lakeSettings = {
  quota_event_data_stores: integer(10).describe('Event data stores per account and region.'),
  query_timeout: duration('1h').describe(
    'How long a query over event data stores may run. What it has found until then can be read.',
  ),
  query_results: bytes('10GB').describe(
    'What the results of queries may take on the disk, gzipped, all of the last seven days together. Beyond it queries fail.',
  ),
};
