import { runAws } from './aws-cli-server.ts';
import { awsEnv, type Credentials, type TestServer } from './server.ts';
import type { Ran } from './run.ts';

/** The real AWS CLI as one caller. */
export type AwsCli = {
  /** Runs to its end, whatever it says. */
  readonly run: (...args: string[]) => Promise<Ran>;
  /** The JSON on stdout (undefined when there is none). Throws with what it says on stderr when it fails. */
  readonly json: <T = Readonly<Record<string, unknown>>>(...args: string[]) => Promise<T>;
};

export function awsCli(
  server: Pick<TestServer, 'url' | 'credentials'>,
  {
    credentials,
    env = {},
    cwd,
  }: {
    readonly credentials?: Credentials;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): AwsCli {
  const settings = { ...awsEnv(server, credentials), ...env };
  const runCli = (...args: string[]) => runAws(args, { env: settings, cwd });
  return {
    run: runCli,
    json: async <T>(...args: string[]) => {
      const { code, stdout, stderr } = await runCli(...args);
      if (code !== 0) throw new Error(`aws ${args.join(' ')}: exit code ${code}: ${stderr.trim()}`);
      return (stdout.trim() === '' ? undefined : JSON.parse(stdout)) as T;
    },
  };
}
