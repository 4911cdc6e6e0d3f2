import type { MigrationSet, Settings } from '../../store/settings/contract.ts';

/** The key that signs checkpoints, where no file holds it. */
export type ProofKeyRow = { id: number; sealed_private_key: string; created_at: number };

/** The newest checkpoint that was signed. Only one row: any older one follows from the tree. */
export type ProofCheckpointRow = { id: number; size: number; note: string; signed_at: number };

/** How far a place in a bucket has the tree. */
export type ProofPlaceRow = {
  bucket: string;
  folder: string;
  /** Leaves whose tiles are all there. */
  tiles_size: number;
  /** Leaves of the newest checkpoint that is there. */
  checkpoint_size: number;
  /** ms. */
  published_at: number;
};

export type ProofTables = {
  proof_keys: ProofKeyRow;
  proof_checkpoints: ProofCheckpointRow;
  proof_places: ProofPlaceRow;
};

export type ProofSettings = Settings<ProofTables>;

export const proofMigrations: MigrationSet = {
  '2026-11-29-proofs': {
    up: async (db) => {
      await db.schema
        .createTable('proof_keys')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('sealed_private_key', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('proof_checkpoints')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('size', 'integer', (c) => c.notNull())
        .addColumn('note', 'text', (c) => c.notNull())
        .addColumn('signed_at', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('proof_places')
        .addColumn('bucket', 'text', (c) => c.notNull())
        .addColumn('folder', 'text', (c) => c.notNull())
        .addColumn('tiles_size', 'integer', (c) => c.notNull())
        .addColumn('checkpoint_size', 'integer', (c) => c.notNull())
        .addColumn('published_at', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('proof_places_pk', ['bucket', 'folder'])
        .execute();
    },
  },
};
