import { mkdtemp } from 'node:fs/promises';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AwsError } from '../../src/aws/errors.ts';
import type { CallContext, OperationInput } from '../../src/aws/operation.ts';
import { OpentrailError } from '../../src/base/errors.ts';
import { newEventId } from '../../src/base/ids.ts';
import { createLogger } from '../../src/base/log.ts';
import type { SqlEngine, SqlRow, SqlRunOptions } from '../../src/store/contract.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { ACCOUNT, callContext, HOME, memoryBuckets } from './trail-setup.ts';
import { createQueries } from '../../src/use/lake/queries/create-queries.ts';
import { queryMigrations, type QueryTables } from '../../src/use/lake/queries/settings.ts';
import type { QueriedStore } from '../../src/use/lake/queries/stores-port.ts';

export const STORE = '11111111-2222-3333-4444-555555555555';

export function testStore(given: Partial<QueriedStore> = {}): QueriedStore {
  const id = given.id ?? STORE;
  const account = given.account ?? ACCOUNT;
  return {
    id,
    arn: `arn:aws:cloudtrail:${HOME}:${account}:eventdatastore/${id}`,
    name: 'audit',
    account,
    active: true,
    kmsKey: undefined,
    policy: undefined,
    table: { view: `lake.${id}`, columns: [{ name: 'eventname', type: 'varchar' }] },
    ...given,
  };
}

class Gates {
  readonly #waiting = new Set<() => void>();
  #open = false;

  open(): void {
    this.#open = true;
    for (const go of this.#waiting) go();
  }

  pass(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#open) return resolve();
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

/** What a statement does: `ROWS n` in a comment has n rows, `WAIT` waits until it is told to go on, `FAIL` and `SLOW` fail. */
export function fakeEngine() {
  const gates = new Gates();
  const engine: SqlEngine = {
    tables: async (statement) => {
      const names = [...statement.matchAll(/\bfrom\s+([\w.-]+)/gi)].map(([, name = '']) => name.split('.'));
      if (!/^\s*(select|with)\b/i.test(statement))
        throw new OpentrailError('INVALID_SQL', `line 1:1: mismatched input '${statement.slice(0, 10)}'`);
      return names;
    },
    plan: async (statement, catalog) => {
      const names = await engine.tables(statement);
      const tables = names.map((name) => catalog(name));
      if (tables.includes(undefined)) throw new OpentrailError('INVALID_SQL', 'no such table');
      const columns = [
        { name: 'eventname', type: 'varchar' },
        { name: 'n', type: 'bigint' },
      ];
      return { sql: statement, columns, views: tables.map((table) => table?.view ?? '') };
    },
    run: ({ sql }, options) => rowsOf(sql, options, gates),
  };
  return {
    engine,
    go: () => gates.open(),
  };
}

async function* rowsOf(
  sql: string,
  { signal, onProgress }: SqlRunOptions,
  gates: Gates,
): AsyncGenerator<SqlRow> {
  const rows = Number(/ROWS (\d+)/.exec(sql)?.[1] ?? 3);
  onProgress?.({ rowsRead: 1000, bytesRead: 50_000 });
  if (sql.includes('WAIT')) await gates.pass(signal);
  for (let n = 0; n < rows; n++) {
    if (n === 2 && sql.includes('SLOW')) throw new OpentrailError('SQL_TIMEOUT', 'too long');
    if (n === 2 && sql.includes('FAIL')) throw new OpentrailError('SQL_FAILED', 'Division by zero');
    yield [n === 1 ? null : `Event "${n}"`, String(n)];
  }
}

export type Setup = Awaited<ReturnType<typeof querySetup>>;

/** Queries over stores in memory, with a clock that the test turns. `again` begins anew on the same settings and files, as after a crash. */
export async function querySetup(stores: QueriedStore[] = [testStore()]) {
  const time = { now: Date.parse('2026-12-02T10:00:00Z') };
  const dir = await mkdtemp(join(tmpdir(), 'opentrail-queries-'));
  const { db: settings } = await openSettings<QueryTables>({
    path: ':memory:',
    migrations: [queryMigrations],
  });
  const buckets = memoryBuckets();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const administrators = new Set<string>();
  const open = async () => {
    const fake = fakeEngine();
    const queries = await createQueries({
      settings,
      stores: {
        find: async (named) => stores.find(({ id, arn }) => id === named || arn === named),
        widest: async ({ accountId }) =>
          stores.find(({ account, active }) => active && account === accountId),
        administers: async (store, account) => store.account === account || administrators.has(account),
      },
      engine: fake.engine,
      buckets: buckets.port,
      kms: {
        check: async ({ keyArn }) => {
          if (keyArn.endsWith('closed')) throw new AwsError('AccessDeniedException', 'no');
        },
      },
      signer: {
        sign: async (text) => ({
          signature: createSign('RSA-SHA256').update(text).sign(privateKey),
          fingerprint: 'f00d',
        }),
      },
      dir,
      maxResultBytes: 1024 * 1024,
      maxSeconds: 60,
      tokenKey: Buffer.alloc(32, 1),
      clock: { now: () => time.now },
      newId: newEventId,
      log: createLogger('silent'),
    });
    await queries.start();
    return { fake, queries };
  };
  const call =
    ({ queries }: Awaited<ReturnType<typeof open>>) =>
    async (name: string, input: OperationInput, caller: Partial<CallContext> = {}) => {
      const operation = queries.operations.find((one) => one.name === name);
      const { output = {}, extensions = {} } =
        (await operation?.handle(input, callContext({ now: time.now, ...caller }))) ?? {};
      return { ...output, ...extensions } as Record<string, unknown> & { QueryId: string };
    };
  return { time, dir, settings, buckets, publicKey, administrators, stores, open, call };
}
