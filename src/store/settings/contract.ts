import type { Kysely, Migration } from 'kysely';

/**
 * The settings store: small, transactional, one Kysely over SQLite (PostgreSQL by URL later).
 * Each feature declares its own tables and migrations beside its code, in a file `settings.ts`, and widens the type it is given:
 *
 *     export type TrailTables = { trails: TrailRow };
 *     export const trailMigrations: MigrationSet = { '2026-11-21-trails': { up: async (db) => … } };
 *     function listTrails(settings: Settings<TrailTables>) { … }
 *
 * app.ts joins the migration sets. Portable SQL only: text, integer, real, blob; times are milliseconds since the epoch; booleans 0/1.
 */
export type Settings<Tables> = Kysely<Tables>;

/** Keys sort by name over all features: start them with the date they were written. */
export type MigrationSet = Readonly<Record<string, Migration>>;
