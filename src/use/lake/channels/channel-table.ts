import type { Settings } from '../../../store/settings/contract.ts';
import type { ChannelRow, ChannelTables } from './settings.ts';

export type ChannelSettings = Settings<ChannelTables>;

/** What became of events of a channel. `at` in milliseconds since the epoch. */
export type Attempt = {
  readonly at: number;
  readonly eventId: string;
  /** Undefined: it was taken. */
  readonly errorCode: string | undefined;
};

/**
 * All channels, of all accounts and regions (25 each at most), in memory beside their table: every event that comes asks for its channel.
 * How the latest events fared is written down at most once a second.
 */
export type ChannelTable = {
  readonly get: (arn: string) => ChannelRow | undefined;
  /** Those of an account in a region, by name. */
  readonly of: (account: string, region: string) => readonly ChannelRow[];
  readonly all: () => readonly ChannelRow[];
  readonly insert: (row: ChannelRow) => Promise<void>;
  readonly update: (arn: string, change: Partial<Pick<ChannelRow, 'name' | 'destinations'>>) => Promise<void>;
  readonly remove: (arn: string) => Promise<void>;
  readonly attempted: (arn: string, attempt: Attempt) => void;
  readonly stop: () => Promise<void>;
};

const WRITE_EVERY = 1000;

export async function openChannelTable(settings: ChannelSettings): Promise<ChannelTable> {
  const rows = new Map<string, ChannelRow>();
  for (const row of await settings.selectFrom('lake_channels').selectAll().execute()) rows.set(row.arn, row);
  const attempts = createAttempts(settings);
  const change = (arn: string, part: Partial<ChannelRow>): void => {
    const row = rows.get(arn);
    if (row !== undefined) rows.set(arn, { ...row, ...part });
  };
  return {
    get: (arn) => rows.get(arn),
    of: (account, region) =>
      [...rows.values()]
        .filter((row) => row.account === account && row.region === region)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    all: () => [...rows.values()],
    insert: async (row) => {
      await settings.insertInto('lake_channels').values(row).execute();
      rows.set(row.arn, row);
    },
    update: async (arn, part) => {
      await settings.updateTable('lake_channels').set(part).where('arn', '=', arn).execute();
      change(arn, part);
    },
    remove: async (arn) => {
      await settings.transaction().execute(async (tx) => {
        await tx.deleteFrom('lake_channels').where('arn', '=', arn).execute();
        await tx.deleteFrom('lake_channel_senders').where('channel_arn', '=', arn).execute();
      });
      rows.delete(arn);
    },
    attempted: (arn, attempt) => {
      const part = columnsOf(attempt);
      change(arn, part);
      attempts.note(arn, part);
    },
    stop: attempts.stop,
  };
}

function columnsOf({ at, eventId, errorCode }: Attempt): Partial<ChannelRow> {
  const attempt = { attempt_at: at, attempt_event: eventId };
  return errorCode === undefined
    ? { ...attempt, success_at: at, success_event: eventId, error_code: null }
    : { ...attempt, error_code: errorCode };
}

/** Notes for the table, gathered: a busy channel does not write to the settings with every request. */
function createAttempts(settings: ChannelSettings) {
  const noted = new Map<string, Partial<ChannelRow>>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const parts = [...noted];
    noted.clear();
    for (const [arn, part] of parts)
      await settings.updateTable('lake_channels').set(part).where('arn', '=', arn).execute();
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // What is lost here is a time in GetChannel's answer, which the next event brings again.
    writing = writing.then(write).catch(() => undefined);
    return writing;
  };
  return {
    note: (arn: string, part: Partial<ChannelRow>): void => {
      noted.set(arn, { ...noted.get(arn), ...part });
      timer ??= setTimeout(() => void flush(), WRITE_EVERY);
    },
    stop: flush,
  };
}
