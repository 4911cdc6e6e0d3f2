import type { Settings } from '../../store/settings/contract.ts';
import type { Detection } from './detection.ts';
import { createDetectionIndex, type DetectionIndex } from './detection-index.ts';
import type { DetectionTables } from './settings.ts';

/** A detection as an owner sees it. */
export type Listed = {
  readonly detection: Detection;
  /** Who imported it; undefined: of the pack. */
  readonly importedBy: string | undefined;
  readonly enabled: boolean;
};

export type Catalog = {
  /** What is enabled, compiled; the same until something changes. */
  readonly index: () => Promise<DetectionIndex>;
  /** The pack, and what the owner has imported; `*` sees what was imported for all. */
  readonly list: (owner: string) => Promise<readonly Listed[]>;
  readonly enable: (owner: string, ids: readonly string[], enabled: boolean) => Promise<void>;
  /** Replaces a rule of the same id. */
  readonly add: (owner: string, rules: readonly Detection[]) => Promise<void>;
  readonly remove: (owner: string, id: string) => Promise<void>;
};

export type CatalogDeps = {
  readonly settings: Settings<DetectionTables>;
  readonly pack: readonly Detection[];
  /** Reads what was imported. */
  readonly readRule: (text: string) => Detection;
  readonly now: () => number;
};

type Rule = { readonly owner: string; readonly detection: Detection };

/** Milliseconds for which the follower may be behind. */
const AFTERGLOW = 3_600_000;

/** For everybody's records, beside those of one account. */
export const EVERYBODY = '*';

export function createCatalog({ settings, pack, readRule, now }: CatalogDeps): Catalog {
  let compiled: Promise<DetectionIndex> | undefined;
  const changed = (): void => {
    compiled = undefined;
  };
  const rules = async (): Promise<readonly Rule[]> => {
    const rows = await settings.selectFrom('detection_rules').selectAll().orderBy('id').execute();
    return rows.map(({ owner, text }) => ({ owner, detection: readRule(text) }));
  };
  const enabledOf = () =>
    settings.selectFrom('detection_states').selectAll().where('enabled', '=', 1).execute();
  const compile = async (): Promise<DetectionIndex> => {
    const imported = await rules();
    // What was disabled saw all until then, though its records may come a little later: that it was disabled is one of them.
    const states = await settings
      .selectFrom('detection_states')
      .selectAll()
      .where((is) => is.or([is('enabled', '=', 1), is('changed_at', '>', now() - AFTERGLOW)]))
      .execute();
    const forAll = new Set(
      states
        .filter((state) => state.owner === EVERYBODY && state.enabled === 1)
        .map((state) => state.detection),
    );
    const watching = states
      .filter(({ owner, detection }) => owner === EVERYBODY || !forAll.has(detection))
      .flatMap(({ owner, detection: id, enabled: isOn, changed_at: changedAt }) => {
        const detection =
          imported.find((rule) => rule.owner === owner && rule.detection.id === id)?.detection ??
          pack.find((one) => one.id === id);
        return detection === undefined
          ? []
          : [{ owner, detection, until: isOn === 1 ? Infinity : changedAt }];
      });
    return createDetectionIndex(watching);
  };
  return {
    index: () => {
      compiled ??= compile();
      const mine = compiled;
      mine.catch(() => {
        if (compiled === mine) compiled = undefined;
      });
      return mine;
    },
    list: async (owner) => {
      const states = await enabledOf();
      const isEnabled = (id: string): boolean =>
        states.some(
          (state) => state.detection === id && (state.owner === owner || state.owner === EVERYBODY),
        );
      const own = (await rules()).filter((rule) => rule.owner === owner || rule.owner === EVERYBODY);
      return [
        ...pack.map((detection) => ({ detection, importedBy: undefined })),
        ...own.map((rule) => ({ detection: rule.detection, importedBy: rule.owner })),
      ].map((one) => ({ ...one, enabled: isEnabled(one.detection.id) }));
    },
    enable: async (owner, ids, enabled) => {
      await settings.transaction().execute(async (tx) => {
        for (const detection of ids) {
          const row = { enabled: Number(enabled), changed_at: now() };
          // Only where it changes something: since when it is so, counts.
          const { numUpdatedRows } = await tx
            .updateTable('detection_states')
            .set(row)
            .where('owner', '=', owner)
            .where('detection', '=', detection)
            .where('enabled', '=', Number(!enabled))
            .executeTakeFirst();
          if (numUpdatedRows > 0n || !enabled) continue;
          await tx
            .insertInto('detection_states')
            .values({ owner, detection, ...row })
            .onConflict((conflict) => conflict.columns(['owner', 'detection']).doNothing())
            .execute();
        }
      });
      changed();
    },
    add: async (owner, added) => {
      await settings.transaction().execute(async (tx) => {
        for (const { id, text } of added) {
          const row = { text, created_at: now() };
          await tx
            .insertInto('detection_rules')
            .values({ owner, id, ...row })
            .onConflict((conflict) => conflict.columns(['owner', 'id']).doUpdateSet(row))
            .execute();
        }
      });
      changed();
    },
    remove: async (owner, id) => {
      await settings.transaction().execute(async (tx) => {
        await tx.deleteFrom('detection_rules').where('owner', '=', owner).where('id', '=', id).execute();
        await tx
          .deleteFrom('detection_states')
          .where('owner', '=', owner)
          .where('detection', '=', id)
          .execute();
      });
      changed();
    },
  };
}
