import { run, type Ran } from './run.ts';
import { BIN, cleanEnv, type TestServer } from './server.ts';

/** `bin/opentrail` as an operator runs it in a pipe, with no settings of the caller's own. */
export function opentrail(
  args: readonly string[],
  { env = {}, cwd, input }: { env?: Readonly<Record<string, string>>; cwd?: string; input?: string } = {},
): Promise<Ran> {
  return run(BIN, args, {
    env: { ...cleanEnv(), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input }),
  });
}

/** The same, as the administrator of a running server. */
export function opentrailOf(server: Pick<TestServer, 'data'>, ...args: string[]): Promise<Ran> {
  return opentrail([...args, '--data', server.data]);
}
