import type { Kysely, Migration } from 'kysely';

import type { CallerIdentity } from '../../capture/captured-call.ts';

/** `sealed` is an encrypted JSON text, `id` blinded: who uses which key is nobody's business who reads the disk. */
export type IdentityTables = {
  learned_identities: { id: string; sealed: Uint8Array; expires_at: number | null };
};

export const identityMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-21-learned-identities': {
    up: async (db) => {
      await db.schema
        .createTable('learned_identities')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('sealed', 'blob', (column) => column.notNull())
        .addColumn('expires_at', 'integer')
        .execute();
      await db.schema
        .createIndex('learned_identities_expires_at')
        .on('learned_identities')
        .column('expires_at')
        .execute();
    },
  },
};

/** A key's owner, or a user's or role's unique id; never a secret. */
export type Fact =
  | {
      readonly kind: 'key';
      readonly id: string;
      readonly identity: CallerIdentity;
      readonly expiresAt: number | undefined;
    }
  | { readonly kind: 'principal'; readonly id: string; readonly arn: string; readonly uniqueId: string };

/** Encryption at rest. */
export type Sealing = {
  readonly seal: (plain: Uint8Array) => Uint8Array;
  /** Throws when the bytes were not sealed by us. */
  readonly open: (sealed: Uint8Array) => Uint8Array;
  /** The same opaque text for the same name, which nobody without the key can tell from it. */
  readonly blind: (name: string) => string;
};

export type FactStore = {
  /** All facts that have not expired; those that cannot be opened are left out and counted. */
  readonly load: (now: number) => Promise<{ readonly facts: readonly Fact[]; readonly unreadable: number }>;
  readonly save: (facts: readonly Fact[]) => Promise<void>;
};

/** Sessions are remembered this long after their end: calls by an expired key are recorded as their owner's attempts. */
const GRACE = 7 * 86_400_000;

export function createFactStore(db: Kysely<IdentityTables>, { seal, open, blind }: Sealing): FactStore {
  const save = async (facts: readonly Fact[]): Promise<void> => {
    await db.transaction().execute(async (transaction) => {
      for (const fact of facts) {
        const sealed = seal(Buffer.from(JSON.stringify(fact)));
        const expires_at = fact.kind === 'key' ? (fact.expiresAt ?? null) : null;
        await transaction
          .insertInto('learned_identities')
          .values({ id: blind(`${fact.kind}:${fact.id}`), sealed, expires_at })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ sealed, expires_at }))
          .execute();
      }
    });
  };
  return {
    load: async (now) => {
      await db
        .deleteFrom('learned_identities')
        .where('expires_at', '<', now - GRACE)
        .execute();
      const rows = await db.selectFrom('learned_identities').select(['id', 'sealed']).execute();
      const facts = rows.flatMap(({ sealed }) => openFact(open, sealed));
      // Written before ids were blinded.
      for (const { id, sealed } of rows.filter((row) => row.id.includes(':'))) {
        const [fact] = openFact(open, sealed);
        if (fact === undefined) continue;
        await save([fact]);
        await db.deleteFrom('learned_identities').where('id', '=', id).execute();
      }
      return { facts, unreadable: rows.length - facts.length };
    },
    save,
  };
}

function openFact(open: Sealing['open'], sealed: Uint8Array): readonly Fact[] {
  try {
    return [JSON.parse(Buffer.from(open(sealed)).toString('utf8')) as Fact];
  } catch {
    return [];
  }
}
