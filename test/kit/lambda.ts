import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { createLogger } from '../../src/base/log.ts';
import {
  lambdaMigrations,
  openEmbeddedLambda,
  type EmbeddedLambda,
  type LambdaTables,
} from '../../src/embedded/lambda/index.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { memoryLogGroups } from './memory-log-groups.ts';
import { ACCOUNT, callerOf, turnableClock, type Caller, type TurnableClock } from './calls.ts';

export { ACCOUNT, OTHER, user } from './calls.ts';

/** The embedded Lambda over a folder of its own, called as the endpoint calls operations: policies asked first. */
export type TestLambda = AsyncDisposable & {
  readonly lambda: EmbeddedLambda;
  readonly clock: TurnableClock;
  readonly folder: string;
  readonly call: Caller;
  /** What a function printed, once `until` is among it. */
  readonly printed: (name: string, until: string) => Promise<readonly string[]>;
};

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

export async function startLambda(
  files: Readonly<Record<string, string>>,
  { concurrency = 4, clock = turnableClock(), path = ':memory:' } = {},
): Promise<TestLambda> {
  const folder = await mkdtemp(join(tmpdir(), 'opentrail-functions-'));
  await writeFiles(folder, files);
  const { db, close } = await openSettings<LambdaTables>({ path, migrations: [lambdaMigrations] });
  const where = { account: ACCOUNT, region: 'us-east-1' };
  const log = createLogger('silent');
  const lambda = openEmbeddedLambda({ settings: db, folder, where, concurrency, clock, log });
  const logs = memoryLogGroups();
  const groups = {
    ensure: async ({ account, region, group }: { account: string; region: string; group: string }) => {
      logs.groups.add(`arn:aws:logs:${region}:${account}:log-group:${group}`);
    },
  };
  lambda.writeTo({ groups, sink: logs.port });
  lambda.start();
  const messages = (name: string) =>
    logs
      .messages(`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/lambda/${name}`)
      .map(({ message }) => message);
  return {
    lambda,
    clock,
    folder,
    call: callerOf(lambda.operations, clock),
    printed: async (name, until) => {
      const deadline = Date.now() + 10_000;
      while (!messages(name).some((message) => message.includes(until)) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50));
      return messages(name);
    },
    [Symbol.asyncDispose]: async () => {
      await lambda.stop();
      await close();
      await rm(folder, { recursive: true });
    },
  };
}
