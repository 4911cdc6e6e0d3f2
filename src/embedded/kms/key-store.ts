import { randomBytes, randomUUID } from 'node:crypto';

import type { EncryptionContext } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { decrypt, encrypt, headOf } from './ciphertext.ts';
import { aliasArn, keyArn, parseKeyId, type KeyPlace } from './key-arn.ts';
import { servicePolicy } from './key-policy.ts';
import {
  disabled,
  invalidCiphertext,
  invalidKeyId,
  invalidState,
  noSuchAlias,
  noSuchKey,
} from './kms-errors.ts';
import type { AliasRow, KeyRow, KeyTables, MaterialRow } from './settings.ts';

export type KeyStoreDeps = {
  readonly settings: Settings<KeyTables>;
  /** Seals text for a purpose; what was sealed for one cannot be opened for another. */
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
  readonly clock: Clock;
};

export type Key = KeyRow & { readonly arn: string };

const DAY = 86_400_000;

/** Keys and what they encrypt with. Their rights are asked by whoever calls. */
export class KeyStore {
  readonly #deps: KeyStoreDeps;

  constructor(deps: KeyStoreDeps) {
    this.#deps = deps;
  }

  get settings(): Settings<KeyTables> {
    return this.#deps.settings;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  async add(key: {
    readonly account: string;
    readonly region: string;
    readonly description: string;
    readonly policy: string;
    readonly manager: KeyRow['manager'];
  }): Promise<Key> {
    const row: KeyRow = {
      ...key,
      id: randomUUID(),
      state: 'Enabled',
      created_at: this.clock.now(),
      delete_at: null,
      rotation_days: null,
      rotate_at: null,
    };
    const material = this.#newMaterial(row.id, null);
    await this.settings.transaction().execute(async (tx) => {
      await tx.insertInto('kms_keys').values(row).execute();
      await tx.insertInto('kms_materials').values(material).execute();
    });
    return shown(row);
  }

  /** Undefined where there is none (any more). */
  async byId(id: string): Promise<Key | undefined> {
    const row = await this.settings
      .selectFrom('kms_keys')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.delete_at === null || row.delete_at > this.clock.now()) return shown(row);
    await this.purge();
    return undefined;
  }

  /** In any of its four forms. Throws NotFoundException. */
  async named(keyId: string, caller: KeyPlace): Promise<Key> {
    const named = parseKeyId(keyId, caller);
    if (named === undefined) throw invalidKeyId(keyId);
    const { account, region } = named;
    const id = named.kind === 'key' ? named.id : await this.#idOfAlias(named);
    const key = id === undefined ? undefined : await this.byId(id);
    if (key?.account === account && key.region === region) return key;
    throw named.kind === 'key' ? noSuchKey(keyArn(named)) : noSuchAlias(aliasArn(named));
  }

  async #idOfAlias(alias: KeyPlace & { readonly name: string }): Promise<string | undefined> {
    const row = await this.settings
      .selectFrom('kms_aliases')
      .select('key_id')
      .where('account', '=', alias.account)
      .where('region', '=', alias.region)
      .where('name', '=', alias.name)
      .executeTakeFirst();
    if (row !== undefined) return row.key_id;
    return alias.name === 'alias/aws/s3' ? this.#serviceKey(alias, 's3') : undefined;
  }

  /** The key of a service in an account, made when it is first asked for. */
  async #serviceKey({ account, region }: KeyPlace, service: string): Promise<string> {
    const place = { account, region };
    const key = await this.add({
      ...place,
      description: 'Default key that protects my S3 objects when no other key is defined',
      policy: servicePolicy({ ...place, service }),
      manager: 'AWS',
    });
    const now = this.clock.now();
    const alias = {
      ...place,
      name: `alias/aws/${service}`,
      key_id: key.id,
      created_at: now,
      updated_at: now,
    };
    await this.settings
      .insertInto('kms_aliases')
      .values(alias)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { key_id } = await this.settings
      .selectFrom('kms_aliases')
      .select('key_id')
      .where('account', '=', account)
      .where('region', '=', region)
      .where('name', '=', alias.name)
      .executeTakeFirstOrThrow();
    // Somebody else was first.
    if (key_id !== key.id) await this.#remove([key.id]);
    return key_id;
  }

  async aliasesOf(key: Key): Promise<readonly AliasRow[]> {
    return this.settings.selectFrom('kms_aliases').selectAll().where('key_id', '=', key.id).execute();
  }

  async tagsOf(key: Key): Promise<readonly { readonly tag: string; readonly value: string }[]> {
    return this.settings
      .selectFrom('kms_tags')
      .select(['tag', 'value'])
      .where('key_id', '=', key.id)
      .orderBy('tag')
      .execute();
  }

  async change(key: Key, to: Partial<Omit<KeyRow, 'id'>>): Promise<void> {
    await this.settings.updateTable('kms_keys').set(to).where('id', '=', key.id).execute();
  }

  /** Keys whose time has come go, with their materials: what they encrypted can be read no more. */
  async purge(): Promise<void> {
    const due = await this.settings
      .selectFrom('kms_keys')
      .select('id')
      .where('delete_at', '<=', this.clock.now())
      .execute();
    await this.#remove(due.map(({ id }) => id));
  }

  async #remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.settings.transaction().execute(async (tx) => {
      for (const table of ['kms_materials', 'kms_aliases', 'kms_tags'] as const) {
        await tx.deleteFrom(table).where('key_id', 'in', ids).execute();
      }
      await tx.deleteFrom('kms_keys').where('id', 'in', ids).execute();
    });
  }

  /** Throws DisabledException or KMSInvalidStateException unless the key can be used. */
  async encrypt(
    key: Key,
    plaintext: Uint8Array,
    context: EncryptionContext,
  ): Promise<{ readonly ciphertext: Uint8Array; readonly materialId: string }> {
    checkUsable(key);
    const material = await this.newest(await this.#rotatedIfDue(key));
    const head = { keyId: key.id, materialId: material.id };
    return {
      ciphertext: encrypt(head, { material: this.#opened(material), plaintext }, context),
      materialId: material.id,
    };
  }

  /** The key that a ciphertext wants. Throws InvalidCiphertextException where there is none. */
  async keyOf(ciphertext: Uint8Array): Promise<Key> {
    const key = await this.byId(headOf(ciphertext).keyId);
    if (key === undefined) throw invalidCiphertext();
    return key;
  }

  /** Throws as `encrypt` does, and InvalidCiphertextException. */
  async decrypt(
    key: Key,
    ciphertext: Uint8Array,
    context: EncryptionContext,
  ): Promise<{ readonly plaintext: Uint8Array; readonly materialId: string }> {
    checkUsable(key);
    const { keyId, materialId } = headOf(ciphertext);
    const material = await this.settings
      .selectFrom('kms_materials')
      .selectAll()
      .where('key_id', '=', key.id)
      .where('id', '=', materialId)
      .executeTakeFirst();
    if (keyId !== key.id || material === undefined) throw invalidCiphertext();
    return { plaintext: decrypt(ciphertext, this.#opened(material), context), materialId };
  }

  async materials(key: Key): Promise<readonly MaterialRow[]> {
    return this.settings
      .selectFrom('kms_materials')
      .selectAll()
      .where('key_id', '=', key.id)
      .orderBy('created_at', 'desc')
      .execute();
  }

  async newest(key: Key): Promise<MaterialRow> {
    const [newest] = await this.materials(key);
    if (newest === undefined) throw new OpentrailError('BUG', `key ${key.id} has no material`);
    return newest;
  }

  async rotate(key: Key, rotation: 'AUTOMATIC' | 'ON_DEMAND'): Promise<void> {
    const made = this.#newMaterial(key.id, rotation);
    const { created_at: before } = await this.newest(key);
    const row = { ...made, created_at: Math.max(made.created_at, before + 1) };
    await this.settings.insertInto('kms_materials').values(row).execute();
  }

  /** Nothing waits for the day of a rotation: it happens when the key is next used to encrypt. */
  async #rotatedIfDue(key: Key): Promise<Key> {
    const now = this.clock.now();
    if (key.rotation_days === null || key.rotate_at === null || key.rotate_at > now) return key;
    const next = now + key.rotation_days * DAY;
    const { numUpdatedRows } = await this.settings
      .updateTable('kms_keys')
      .set({ rotate_at: next })
      .where('id', '=', key.id)
      .where('rotate_at', '=', key.rotate_at)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await this.rotate(key, 'AUTOMATIC');
    return { ...key, rotate_at: next };
  }

  #newMaterial(keyId: string, rotation: MaterialRow['rotation']): MaterialRow {
    const id = randomBytes(32).toString('hex');
    const sealed = this.#deps.seal(purposeOf({ key_id: keyId, id }), randomBytes(32).toString('base64'));
    return { key_id: keyId, id, sealed, created_at: this.clock.now(), rotation };
  }

  #opened(material: MaterialRow): Uint8Array {
    const text = this.#deps.open(purposeOf(material), material.sealed);
    if (text === undefined)
      throw new OpentrailError(
        'BAD_FILE',
        `the material of key ${material.key_id} was not sealed by this data folder's master key`,
      );
    return Buffer.from(text, 'base64');
  }
}

/** Throws DisabledException, KMSInvalidStateException. */
export function checkUsable(key: Key): void {
  checkNotPending(key);
  if (key.state === 'Disabled') throw disabled(key.arn);
}

/** Throws KMSInvalidStateException. */
export function checkNotPending(key: Key): void {
  if (key.state === 'PendingDeletion') throw invalidState(key.arn, 'is pending deletion');
}

function purposeOf({ key_id, id }: Pick<MaterialRow, 'key_id' | 'id'>): string {
  return `kms ${key_id} ${id}`;
}

function shown(row: KeyRow): Key {
  return { ...row, arn: keyArn(row) };
}
