import type { Logger } from '../../../base/log.ts';
import type { RateStore } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import { insightRecord, type InsightRecord } from '../insight-record.ts';
import type { InsightRow, InsightTables } from '../settings.ts';
import { figuresOf } from './figures.ts';

export type TellerDeps = {
  readonly settings: Settings<InsightTables>;
  readonly rates: Pick<RateStore, 'periods' | 'shares'>;
  /** Journals the record, and lets whoever listens hear it. */
  readonly tell: (record: Uint8Array) => Promise<void>;
  /** Whether a record that an earlier run was telling is there. Rejects while that cannot be said. */
  readonly isRecorded: (record: { readonly id: string; readonly time: number }) => Promise<boolean>;
  readonly log: Logger;
};

type Until = { /** Exclusive. */ readonly end: number; /** When counting began. */ readonly began: number };

/** Tells insights, each beginning and each end once: what is told is noted before, and its ids follow from it. */
export function createTeller(deps: TellerDeps) {
  const { settings, log } = deps;
  const save = (id: string, values: Partial<InsightRow>) =>
    settings.updateTable('insights').set(values).where('id', '=', id).execute();
  const known = (id: string) =>
    settings.selectFrom('insights').selectAll().where('id', '=', id).executeTakeFirst();
  const tell = async (row: InsightRow, { json }: InsightRecord): Promise<void> => {
    await deps.tell(Buffer.from(json));
    await save(row.id, { telling: null });
    const { account, region, source, name, error } = row;
    log.info({ account, region, source, name, error, over: row.end_minute !== null }, 'insight told');
  };
  return {
    start: async (row: InsightRow, until: Until): Promise<void> => {
      if ((await known(row.id)) !== undefined) return;
      const record = insightRecord(row, 'Start', await figuresOf(deps, row, until));
      await settings
        .insertInto('insights')
        .values({ ...row, telling: record.json })
        .execute();
      await tell(row, record);
    },
    end: async ({ id }: InsightRow, until: Until): Promise<void> => {
      const row = await known(id);
      if (row === undefined || row.end_minute !== null) return;
      const ended = { ...row, end_minute: until.end };
      const record = insightRecord(ended, 'End', await figuresOf(deps, ended, until));
      await save(id, { end_minute: until.end, telling: record.json });
      await tell(ended, record);
    },
    /** What an earlier run was telling when it died. */
    finish: async (): Promise<void> => {
      const rows = await settings
        .selectFrom('insights')
        .selectAll()
        .where('telling', 'is not', null)
        .execute();
      for (const row of rows) {
        const json = row.telling ?? '';
        const { eventID: id, eventTime } = JSON.parse(json) as { eventID: string; eventTime: string };
        const time = Date.parse(eventTime) / 1000;
        if (await deps.isRecorded({ id, time })) await save(row.id, { telling: null });
        else await tell(row, { id, time, json });
      }
    },
  };
}
