import type { Settings } from '../../store/settings/contract.ts';
import type { Ledger } from './assess.ts';
import { EMPTY, type Window } from './correlate.ts';
import type { FindingData } from './finding.ts';
import type { DetectionTables, FindingRow } from './settings.ts';

const MOST_EVENTS = 50;

/** In the settings, within a transaction. */
export function settingsLedger(tx: Settings<DetectionTables>): Ledger {
  return {
    window: async (key) => {
      const row = await tx
        .selectFrom('detection_windows')
        .select('state')
        .where('key', '=', key)
        .executeTakeFirst();
      return row === undefined ? EMPTY : (JSON.parse(row.state) as Window);
    },
    keepWindow: async (key, { window, detection, expiresAt }) => {
      const row = { detection, expires_at: expiresAt, state: JSON.stringify(window) };
      await tx
        .insertInto('detection_windows')
        .values({ key, ...row })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
        .execute();
    },
    add: async (finding) => {
      await tx
        .insertInto('detection_findings')
        .values(finding)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },
    more: async (id, event) => {
      const row = await tx
        .selectFrom('detection_findings')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return;
      const { first_at, last_at, count, data } = withMore(row, event);
      await tx
        .updateTable('detection_findings')
        .set({ first_at, last_at, count, data })
        .where('id', '=', id)
        .execute();
    },
  };
}

/** For a trial: nothing is kept. */
export function memoryLedger(): Ledger & { readonly findings: ReadonlyMap<string, FindingRow> } {
  const windows = new Map<string, Window>();
  const findings = new Map<string, FindingRow>();
  return {
    findings,
    window: async (key) => windows.get(key) ?? EMPTY,
    keepWindow: async (key, { window }) => void windows.set(key, window),
    add: async (finding) => {
      if (!findings.has(finding.id)) findings.set(finding.id, finding);
    },
    more: async (id, event) => {
      const row = findings.get(id);
      if (row !== undefined) findings.set(id, withMore(row, event));
    },
  };
}

function withMore(row: FindingRow, { id, at }: { readonly id: string; readonly at: number }): FindingRow {
  const data = JSON.parse(row.data) as FindingData;
  return {
    ...row,
    first_at: Math.min(row.first_at, at),
    last_at: Math.max(row.last_at, at),
    count: row.count + 1,
    data: JSON.stringify({ ...data, events: [...data.events, id].slice(-MOST_EVENTS) }),
  };
}
