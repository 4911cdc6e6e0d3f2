import { AwsError } from '../../src/aws/errors.ts';
import type { CallContext } from '../../src/aws/operation.ts';
import type { FunctionPort, MetricDatum, MetricPort } from '../../src/aws/ports.ts';
import { OpentrailError } from '../../src/base/errors.ts';
import { newEventId } from '../../src/base/ids.ts';
import { createLogger } from '../../src/base/log.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { createLogs, type Logs } from '../../src/use/logs/create-logs.ts';
import { logFilterMigrations } from '../../src/use/logs/filters/settings.ts';
import { logMigrations, type LogTables } from '../../src/use/logs/settings.ts';
import { memoryLogEvents } from './memory-log-events.ts';
import { callContext } from './trail-setup.ts';

export type LogSetup = Awaited<ReturnType<typeof logSetup>>;

/** CloudWatch Logs in memory, with a clock that the test turns. */
export async function logSetup(
  given: { readonly metrics?: MetricPort; readonly functions?: FunctionPort; readonly now?: number } = {},
) {
  const time = { now: given.now ?? Date.parse('2026-11-29T12:00:00Z') };
  const opened = await openSettings<LogTables>({
    path: ':memory:',
    migrations: [logMigrations, logFilterMigrations],
  });
  const memory = memoryLogEvents();
  const { metrics, functions } = given;
  const open = (): Logs =>
    createLogs({
      settings: opened.db,
      events: memory.store,
      clock: { now: () => time.now },
      newId: newEventId,
      log: createLogger('silent'),
      metrics,
      functions,
    });
  let logs = open();
  const call = async (name: string, input: object = {}, caller: Partial<CallContext> = {}) => {
    const found = logs.operations.find((one) => one.name === name);
    if (found === undefined) throw new OpentrailError('BUG', `no operation ${name}`);
    const { output } = await found.handle({ ...input }, callContext({ now: time.now, ...caller }));
    return (output ?? {}) as Record<string, unknown>;
  };
  return {
    time,
    memory,
    settings: opened.db,
    call,
    start: () => logs.start(),
    /** Ends as a crash does: what is under way stays as it is. */
    restart: async () => {
      await logs.stop();
      logs = open();
      logs.start();
    },
    stop: async () => {
      await logs.stop();
      await opened.close();
    },
    makeStream: async (names: { readonly logGroupName: string; readonly logStreamName: string }) => {
      await call('CreateLogGroup', { logGroupName: names.logGroupName });
      await call('CreateLogStream', names);
    },
  };
}

/** A CloudWatch that knows its tokens and can be made to fail. */
export function memoryMetrics() {
  const kept = new Map<string, { readonly namespace: string; readonly data: readonly MetricDatum[] }>();
  const state: { failing: 'no' | 'before' | 'after'; puts: number } = { failing: 'no', puts: 0 };
  const port: MetricPort = {
    put: async ({ namespace, data, token = newEventId() }) => {
      state.puts++;
      if (state.failing === 'before') throw new AwsError('ServiceUnavailable', 'not now', { status: 503 });
      if (!kept.has(token)) kept.set(token, { namespace, data });
      if (state.failing === 'after') throw new AwsError('ServiceUnavailable', 'answer lost', { status: 503 });
    },
  };
  const data = (namespace: string) =>
    [...kept.values()].filter((one) => one.namespace === namespace).flatMap((one) => one.data);
  /** How often each value of a metric was counted. */
  const counts = (namespace: string, name: string) => {
    const all = new Map<number, number>();
    for (const datum of data(namespace).filter((one) => one.name === name))
      for (const { value, count } of datum.values ?? [{ value: datum.value ?? NaN, count: 1 }])
        all.set(value, (all.get(value) ?? 0) + count);
    return Object.fromEntries(all);
  };
  return { port, state, data, counts };
}
