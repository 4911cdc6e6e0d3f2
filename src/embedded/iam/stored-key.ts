import type { Settings } from '../../store/settings/contract.ts';
import type { MasterKey } from './master-key.ts';
import type { IamTables } from './settings.ts';

export type StoredKey = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A user's oldest active access key, for whoever holds the data folder. `no-user`, `no-key`, or `sealed` when the master key does not open it. */
export async function storedKeyOf(
  { settings, masterKey }: { readonly settings: Settings<IamTables>; readonly masterKey: MasterKey },
  userName: string,
): Promise<StoredKey | 'no-user' | 'no-key' | 'sealed'> {
  const user = await settings
    .selectFrom('iam_users')
    .select('id')
    .where('name_key', '=', userName.toLowerCase())
    .executeTakeFirst();
  if (user === undefined) return 'no-user';
  const key = await settings
    .selectFrom('iam_access_keys')
    .selectAll()
    .where('user_id', '=', user.id)
    .where('status', '=', 'Active')
    .orderBy('created_at')
    .executeTakeFirst();
  if (key === undefined) return 'no-key';
  const secretAccessKey = masterKey.open(`access-key ${key.id}`, key.sealed_secret);
  return secretAccessKey === undefined ? 'sealed' : { accessKeyId: key.id, secretAccessKey };
}
