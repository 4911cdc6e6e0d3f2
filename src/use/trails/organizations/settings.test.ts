import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { openSettings } from '../../../store/settings/open-settings.ts';
import { withFolder } from '../../../store/journal/test-kit.ts';
import { trailMigrations, type TrailTables } from '../settings.ts';
import { trailOrganizationMigrations } from './settings.ts';

describe('settings of before organizations', () => {
  it('keep their chains, files and plans, as those of the trails own accounts', async () => {
    await withFolder(async (dir) => {
      const path = `${dir}/settings.db`;
      const old = await openSettings<TrailTables>({ path, migrations: [trailMigrations] });
      for (const statement of OLD_ROWS) await sql.raw(statement).execute(old.db);
      await old.close();
      const { db, close } = await openSettings<TrailTables>({
        path,
        migrations: [trailMigrations, trailOrganizationMigrations],
      });
      expect(await db.selectFrom('trail_digest_chains').selectAll().execute()).toEqual([
        {
          trail_id: 'one',
          organization: '',
          account: '111111111111',
          region: 'us-east-1',
          start_seconds: 7,
          prev_bucket: 'b',
          prev_key: 'k',
          prev_hash: 'h',
          prev_signature: 's',
          state: 'open',
        },
      ]);
      expect(
        await db.selectFrom('trail_log_files').select(['organization', 'account', 'key']).execute(),
      ).toEqual([{ organization: '', account: '111111111111', key: 'file' }]);
      expect(await db.selectFrom('trail_digest_plans').select(['id', 'account', 'bucket']).execute()).toEqual(
        [{ id: 'one/us-east-1/9', account: '111111111111', bucket: null }],
      );
      expect(await db.selectFrom('trail_plans').select(['from_seq', 'shape']).execute()).toEqual([
        { from_seq: 1, shape: null },
      ]);
      expect(await db.selectFrom('trails').select('organization').execute()).toEqual([
        { organization: null },
      ]);
      await close();
    });
  });
});

const OLD_ROWS = [
  `insert into trails (id, arn, account, home_region, name, bucket, key_prefix, multi_region, global_events, validation,
    recursive_logging, logging, created_at) values ('one', 'arn', '111111111111', 'us-east-1', 'n', 'b', '', 1, 1, 1, 1, 1, 1)`,
  `insert into trail_digest_chains values ('one', 'us-east-1', 7, 'b', 'k', 'h', 's', 'open')`,
  `insert into trail_log_files values ('one', 'us-east-1', 'b', 'file', 'h', 1, 2, 3, null)`,
  `insert into trail_digest_plans values ('one/us-east-1/9', 'one', 'us-east-1', 7, 9, 'f', 0)`,
  `insert into trail_plans values ('one', 'w', 1, 2, 3)`,
];
