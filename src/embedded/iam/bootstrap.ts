import { randomBytes } from 'node:crypto';

import type { Clock } from '../../base/clock.ts';
import { OpentrailError } from '../../base/errors.ts';
import { randomAlnum, uniqueId } from '../../base/ids.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { writeCredentialsFile } from './credentials-file.ts';
import { ADMINISTRATOR_ACCESS } from './managed-policies.ts';
import type { MasterKey } from './master-key.ts';
import type { Passwords } from './passwords.ts';
import type { IamTables } from './settings.ts';

export type BootstrapDeps = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly accountId: string;
  readonly data: string;
  readonly region?: string | undefined;
};

/**
 * On the first start makes the account and its administrator, with an access key and a console password in DIR/credentials.
 * The file is written last before the commit: a crash in between makes the next start do all of it again.
 * Throws BAD_CONFIG when the settings belong to another account.
 */
export async function bootstrapAccount(deps: BootstrapDeps): Promise<void> {
  const made = await deps.settings
    .selectFrom('iam_account')
    .select('value')
    .where('key', '=', 'account_id')
    .executeTakeFirst();
  if (made !== undefined) {
    if (made.value === deps.accountId) return;
    throw new OpentrailError(
      'BAD_CONFIG',
      `OPENTRAIL_ACCOUNT_ID: this data folder belongs to account ${made.value}, not ${deps.accountId}`,
    );
  }
  const userName = 'admin';
  const password = randomAlnum(20);
  const key = newAccessKey(deps.masterKey);
  const user = {
    ...newUser(userName, deps.clock.now()),
    password_hash: await deps.passwords.hash(password),
    password_created_at: deps.clock.now(),
  };
  await deps.settings.transaction().execute(async (trx) => {
    await trx.insertInto('iam_account').values({ key: 'account_id', value: deps.accountId }).execute();
    await trx.insertInto('iam_users').values(user).execute();
    await trx
      .insertInto('iam_attached_policies')
      .values({ owner_id: user.id, arn: ADMINISTRATOR_ACCESS })
      .execute();
    await trx
      .insertInto('iam_access_keys')
      .values({
        id: key.id,
        user_id: user.id,
        sealed_secret: key.sealedSecret,
        status: 'Active',
        created_at: user.created_at,
      })
      .execute();
    await writeCredentialsFile(deps.data, {
      accountId: deps.accountId,
      region: deps.region,
      userName,
      password,
      accessKeyId: key.id,
      secretAccessKey: key.secretAccessKey,
    });
  });
}

export function newUser(name: string, now: number, path = '/'): IamTables['iam_users'] {
  return {
    id: uniqueId('AIDA', 17),
    name,
    name_key: name.toLowerCase(),
    path,
    created_at: now,
    password_hash: null,
    password_created_at: null,
    password_reset_required: 0,
    password_last_used_at: null,
    failed_sign_ins: 0,
    locked_until: 0,
  };
}

export function newAccessKey(masterKey: MasterKey): {
  readonly id: string;
  readonly secretAccessKey: string;
  readonly sealedSecret: string;
} {
  const id = uniqueId('AKIA', 16);
  const secretAccessKey = randomBytes(30).toString('base64');
  return { id, secretAccessKey, sealedSecret: masterKey.seal(`access-key ${id}`, secretAccessKey) };
}
