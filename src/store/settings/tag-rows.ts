import type { Kysely } from 'kysely';

import type { Settings } from './contract.ts';

export type Tag = { readonly Key: string; readonly Value: string };

/** Also a transaction. */
type Rows<Tables> = Pick<Settings<Tables>, 'selectFrom' | 'insertInto' | 'deleteFrom'>;

/** The tags of one kind of resource. */
export type TagRows<Tables> = {
  /** By key. */
  readonly of: (settings: Rows<Tables>, owner: string) => Promise<Tag[]>;
  /** The same key overwrites. Resolves with how many there are then: within a transaction, too many are none. */
  readonly save: (tx: Rows<Tables>, owner: string, tags: readonly Tag[]) => Promise<number>;
  /** Those of the keys; all where none are given. */
  readonly drop: (tx: Rows<Tables>, owner: string, keys?: readonly string[]) => Promise<void>;
};

/** Tags lie in a table of whose they are (column `owner`), `key` and `value`; the first two are its primary key. */
export function tagRows<Tables>(table: keyof Tables & string, owner: string): TagRows<Tables> {
  // A table whose name is a parameter has no type that Kysely could compute with.
  const name: string = table;
  const untyped = (settings: Rows<Tables>) =>
    settings as unknown as Kysely<Readonly<Record<string, Record<string, string>>>>;
  const of: TagRows<Tables>['of'] = async (settings, id) => {
    const rows = await untyped(settings)
      .selectFrom(name)
      .select(['key', 'value'])
      .where(owner, '=', id)
      .orderBy('key')
      .execute();
    return rows.map(({ key = '', value = '' }) => ({ Key: key, Value: value }));
  };
  return {
    of,
    save: async (tx, id, tags) => {
      for (const { Key: key, Value: value } of tags) {
        await untyped(tx)
          .insertInto(name)
          .values({ [owner]: id, key, value })
          .onConflict((on) => on.columns([owner, 'key']).doUpdateSet({ value }))
          .execute();
      }
      return (await of(tx, id)).length;
    },
    drop: async (tx, id, keys) => {
      if (keys?.length === 0) return;
      const all = untyped(tx).deleteFrom(name).where(owner, '=', id);
      await (keys === undefined ? all : all.where('key', 'in', [...keys])).execute();
    },
  };
}
