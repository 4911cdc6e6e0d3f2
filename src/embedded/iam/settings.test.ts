import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openSettings } from '../../store/settings/open-settings.ts';
import { createDirectory } from './directory.ts';
import { openMasterKey } from './master-key.ts';
import { iamMigrations, type IamTables } from './settings.ts';

type Before = {
  iam_users: IamTables['iam_users'];
  iam_user_policies: { user_id: string; name: string; document: string };
  iam_attached_policies: { user_id: string; arn: string };
};

it('users of a data folder from before there were groups and roles keep their policies', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'opentrail-iam-'));
  const path = join(dir, 'settings.db');
  const { '2026-11-21-iam': first } = iamMigrations;
  const old = await openSettings<Before>({
    path,
    migrations: [{ '2026-11-21-iam': first ?? expect.fail() }],
  });
  const user = { id: 'AIDAOLD', name: 'old', name_key: 'old', path: '/', created_at: 0, locked_until: 0 };
  const rest = { password_hash: null, password_created_at: null, password_last_used_at: null };
  const counts = { password_reset_required: 0, failed_sign_ins: 0 };
  await old.db
    .insertInto('iam_users')
    .values({ ...user, ...rest, ...counts })
    .execute();
  const document = '{"Version":"2012-10-17","Statement":[]}';
  await old.db.insertInto('iam_user_policies').values({ user_id: user.id, name: 'p', document }).execute();
  const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  await old.db.insertInto('iam_attached_policies').values({ user_id: user.id, arn }).execute();
  await old.close();

  const now = await openSettings<IamTables>({ path, migrations: [iamMigrations] });
  const accountId = '123456789012';
  const directory = createDirectory({ settings: now.db, masterKey: openMasterKey(dir), accountId });
  await directory.load();
  expect(directory.userByName('OLD')?.policies).toEqual([JSON.parse(document), directory.policy(arn)]);
  await now.close();
  await rm(dir, { recursive: true });
});
