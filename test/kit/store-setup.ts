import type { CallContext } from '../../src/aws/operation.ts';
import type { OrganizationPort } from '../../src/aws/ports.ts';
import { OpentrailError } from '../../src/base/errors.ts';
import { newEventId } from '../../src/base/ids.ts';
import { createLogger } from '../../src/base/log.ts';
import { plainColumnsOf } from '../../src/record/columns.ts';
import type { LakeTable, LakeTables } from '../../src/store/contract.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { lakeResourceMigrations } from '../../src/use/lake/resources/settings.ts';
import { policyOperations } from '../../src/use/lake/resources/policies.ts';
import { tagOperations } from '../../src/use/lake/resources/tag-operations.ts';
import { createStores } from '../../src/use/lake/stores/create-stores.ts';
import { createStoreDataSelection } from '../../src/use/lake/stores/data-selection.ts';
import { lakeStoreMigrations, type StoreTables } from '../../src/use/lake/stores/settings.ts';
import type { IsMember } from '../../src/use/lake/stores/takes.ts';
import { testKms } from './kms.ts';
import { callContext, memoryJournal } from './trail-setup.ts';

export type StoreSetup = Awaited<ReturnType<typeof storeSetup>>;

/** Event data stores over tables in memory, with a clock and a journal that the test moves. */
export async function storeSetup(
  given: {
    readonly organizations?: OrganizationPort;
    readonly isMember?: IsMember;
    readonly destinationsOf?: (channel: string) => readonly string[];
    readonly channelsOf?: (store: string) => readonly string[];
    readonly quota?: number;
  } = {},
) {
  const time = { now: Date.parse('2026-11-29T10:00:00Z') };
  const clock = { now: () => time.now };
  const opened = await openSettings<StoreTables>({
    path: ':memory:',
    migrations: [lakeResourceMigrations, lakeStoreMigrations],
  });
  const settings = opened.db;
  const journal = memoryJournal();
  const tables = memoryTables();
  const memberships = { read: async () => given.isMember ?? (() => false) };
  const dataSelection = createStoreDataSelection(settings, memberships);
  const stores = createStores({
    settings,
    tables: tables.port,
    journal,
    journalId: 'journal',
    kms: (await testKms()).keys,
    organizations: given.organizations ?? NO_ORGANIZATIONS,
    refreshOrganizations: async () => undefined,
    memberships,
    serviceRole: { exists: async () => true, ensure: async () => undefined },
    principalTags: (arn) => (arn.endsWith(':user/alice') ? { team: 'red' } : undefined),
    channels: {
      destinationsOf: given.destinationsOf ?? (() => []),
      channelsOf: given.channelsOf ?? (() => []),
    },
    isImporting: async () => false,
    dataSelection,
    columnsOf: plainColumnsOf,
    clock,
    log: createLogger('silent'),
    newId: newEventId,
    quota: given.quota ?? 10,
  });
  const resources = { eventdatastore: stores.findResource };
  const operations = [
    ...stores.operations,
    ...tagOperations({ settings, resources }),
    ...policyOperations({ settings, resources }),
  ];
  const call = async (name: string, input: Record<string, unknown>, caller: Partial<CallContext> = {}) => {
    const operation = operations.find((one) => one.name === name);
    if (operation === undefined) throw new OpentrailError('BUG', `no operation ${name}`);
    return (await operation.handle(input, callContext(caller))).output ?? {};
  };
  return {
    time,
    settings,
    journal,
    tables,
    stores,
    dataSelection,
    operations,
    call,
    close: async () => {
      await stores.stop();
      await opened.close();
    },
  };
}

const NO_ORGANIZATIONS: OrganizationPort = {
  of: async () => undefined,
  all: async () => [],
  registerAdministrator: async () => undefined,
  deregisterAdministrator: async () => undefined,
};

/** Tables that keep records by store, once for each token. */
export function memoryTables() {
  const tables = new Map<string, LakeTable>();
  const records = new Map<string, string[]>();
  const tokens = new Set<string>();
  const control: { failure: Error | undefined } = { failure: undefined };
  const port: LakeTables = {
    create: async (table) => {
      tables.set(table.id, table);
      if (!records.has(table.id)) records.set(table.id, []);
    },
    drop: async (id) => {
      tables.delete(id);
      records.delete(id);
    },
    insert: async ({ id, token, records: added }) => {
      if (control.failure !== undefined) throw control.failure;
      if (tokens.has(`${id} ${token}`)) return;
      tokens.add(`${id} ${token}`);
      records.get(id)?.push(...added.map((raw) => Buffer.from(raw).toString('utf8')));
    },
    sqlTable: ({ id }) => ({ view: id, columns: [] }),
    sizes: async () => new Map(),
    existing: async () => new Set<string>(),
  };
  return { port, tables, records, control };
}
