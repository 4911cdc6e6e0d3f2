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
  /** Reads what was imported; undefined where it is no longer understood. */
  readonly readRule: (text: string) => Detection | undefined;
  readonly now: () => number;
};

type CatalogSettings = Settings<DetectionTables>;

type Rule = { readonly owner: string; readonly detection: Detection };

/** Milliseconds for which the follower may be behind. */
const AFTERGLOW = 3_600_000;

/** For everybody's records, beside those of one account. */
export const EVERYBODY = '*';

export function createCatalog(deps: CatalogDeps): Catalog {
  const { settings } = deps;
  let compiled: Promise<DetectionIndex> | undefined;
  const changing = async (change: (tx: CatalogSettings) => Promise<void>): Promise<void> => {
    await settings.transaction().execute(change);
    compiled = undefined;
  };
  return {
    index: () => {
      compiled ??= compile(deps);
      const mine = compiled;
      mine.catch(() => {
        if (compiled === mine) compiled = undefined;
      });
      return mine;
    },
    list: (owner) => list(deps, owner),
    enable: (owner, ids, enabled) =>
      changing(async (tx) => {
        for (const detection of ids) await turn(tx, { owner, detection, enabled, now: deps.now() });
      }),
    add: (owner, added) =>
      changing(async (tx) => {
        for (const { id, text } of added) {
          const row = { text, created_at: deps.now() };
          await tx
            .insertInto('detection_rules')
            .values({ owner, id, ...row })
            .onConflict((conflict) => conflict.columns(['owner', 'id']).doUpdateSet(row))
            .execute();
        }
      }),
    remove: (owner, id) =>
      changing(async (tx) => {
        await tx.deleteFrom('detection_rules').where('owner', '=', owner).where('id', '=', id).execute();
        await tx
          .deleteFrom('detection_states')
          .where('owner', '=', owner)
          .where('detection', '=', id)
          .execute();
      }),
  };
}

async function rulesOf({ settings, readRule }: CatalogDeps): Promise<readonly Rule[]> {
  const rows = await settings.selectFrom('detection_rules').selectAll().orderBy('id').execute();
  return rows.flatMap(({ owner, text }) => {
    const detection = readRule(text);
    return detection === undefined ? [] : [{ owner, detection }];
  });
}

async function compile(deps: CatalogDeps): Promise<DetectionIndex> {
  const { settings, pack, now } = deps;
  const rules = await rulesOf(deps);
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
    .flatMap(({ owner, detection: id, enabled, changed_at: changedAt }) => {
      const rule = rules.find((one) => one.owner === owner && one.detection.id === id);
      const detection = rule?.detection ?? pack.find((one) => one.id === id);
      return detection === undefined
        ? []
        : [{ owner, detection, until: enabled === 1 ? Infinity : changedAt }];
    });
  return createDetectionIndex(watching);
}

async function list(deps: CatalogDeps, owner: string): Promise<readonly Listed[]> {
  const enabled = await deps.settings
    .selectFrom('detection_states')
    .select('detection')
    .where('enabled', '=', 1)
    .where('owner', 'in', [owner, EVERYBODY])
    .execute();
  const ids = new Set(enabled.map(({ detection }) => detection));
  const own = (await rulesOf(deps)).filter((rule) => rule.owner === owner || rule.owner === EVERYBODY);
  return [
    ...deps.pack.map((detection) => ({ detection, importedBy: undefined })),
    ...own.map((rule) => ({ detection: rule.detection, importedBy: rule.owner })),
  ].map((one) => ({ ...one, enabled: ids.has(one.detection.id) }));
}

async function turn(
  tx: CatalogSettings,
  {
    owner,
    detection,
    enabled,
    now,
  }: { readonly owner: string; readonly detection: string; readonly enabled: boolean; readonly now: number },
): Promise<void> {
  const row = { enabled: Number(enabled), changed_at: now };
  // Only where it changes something: since when it is so, counts.
  const { numUpdatedRows } = await tx
    .updateTable('detection_states')
    .set(row)
    .where('owner', '=', owner)
    .where('detection', '=', detection)
    .where('enabled', '=', Number(!enabled))
    .executeTakeFirst();
  if (numUpdatedRows > 0n || !enabled) return;
  await tx
    .insertInto('detection_states')
    .values({ owner, detection, ...row })
    .onConflict((conflict) => conflict.columns(['owner', 'detection']).doNothing())
    .execute();
}
