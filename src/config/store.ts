import { z } from 'zod';

import { bytes, databaseUrl, duration, flag } from './kinds.ts';

/** Where events and settings are kept, and for how long. */
export const storeSettings = {
  clickhouse_url: databaseUrl
    .optional()
    .describe('A ClickHouse server instead of the embedded engine: http://USER:PASSWORD@HOST:8123/DATABASE.'),
  postgres_url: databaseUrl
    .optional()
    .describe('PostgreSQL instead of SQLite for the settings. Not built yet: refused.'),
  journal_sync: z
    .enum(['group', 'always'])
    .default('group')
    .describe(
      'group: answers leave once written (survives kill -9), fsync within 20 ms. always: fsync first.',
    ),
  journal_segment: bytes('64MB').describe(
    'Size of a journal segment, preallocated; one more is kept as the reserve for a full disk.',
  ),
  journal_limit: bytes('4GB').describe(
    'A follower further behind than this reads the event store instead, and sealed segments go.',
  ),
  journal_repair: flag(false).describe(
    'Start although the journal is damaged: what can be read is kept, the rest is set aside and told in the trail.',
  ),
  fail_closed: flag(false).describe(
    'Refuse calls that cannot be recorded instead of letting them pass with a gap record.',
  ),
  history_retention: duration('90d', 86_400_000).describe(
    'How long event history is kept; LookupEvents reaches as far back.',
  ),
};
