import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { run, type Ran } from './run.ts';
import { cleanEnv, ROOT } from './server.ts';

export type AwsRun = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
};

type Runner = (args: readonly string[], options: AwsRun) => Promise<Ran>;
type Answer = { readonly ready: string } | ({ readonly id: number } & Ran);

let runner: Promise<Runner> | undefined;

/**
 * One command line of the real AWS CLI, with that environment and nothing else. They are forks of one process, which has imported the CLI
 * (a second of work each time otherwise) and ends with the test file; where its Python cannot be found, `aws` itself.
 */
export async function runAws(args: readonly string[], options: AwsRun): Promise<Ran> {
  runner ??= startRunner();
  return (await runner)(args, options);
}

/** `aws` as a process of its own. */
export const startAws: Runner = (args, { env, cwd }) =>
  run('aws', args, { env, ...(cwd === undefined ? {} : { cwd }) });

function startRunner(): Promise<Runner> {
  const child = spawn(pythonOfCli(), [join(ROOT, 'test', 'kit', 'aws-cli-server.py')], {
    env: cleanEnv(),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // It is to end with the tests, not to keep them.
  child.unref();
  const waiting = new Map<number, { resolve: (ran: Ran) => void; reject: (error: Error) => void }>();
  return new Promise((resolve) => {
    const ended = () => {
      resolve(startAws);
      for (const { reject } of waiting.values()) reject(new Error('the server of the AWS CLI ended'));
      waiting.clear();
    };
    child.once('error', ended).once('exit', ended);
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      if ('ready' in answer) return resolve(askingOf(child, waiting));
      const { id, ...ran } = answer;
      waiting.get(id)?.resolve(ran);
      waiting.delete(id);
    });
  });
}

function askingOf(
  child: ChildProcessByStdio<Writable, Readable, null>,
  waiting: Map<number, { resolve: (ran: Ran) => void; reject: (error: Error) => void }>,
): Runner {
  let last = 0;
  return (args, { env, cwd }) =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null)
        return reject(new Error('the server of the AWS CLI has ended'));
      const id = ++last;
      waiting.set(id, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id, args, env, cwd })}\n`);
    });
}

/** Who runs the script `aws`; where that is a shell's wrapper (pyenv has such), the Python beside it. */
function pythonOfCli(): string {
  try {
    const path = execFileSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).trim();
    const [first = ''] = readFileSync(path, 'latin1').split('\n', 1);
    return /^#!\s*(\S*python\S*)/.exec(first)?.[1] ?? 'python3';
  } catch {
    return 'python3';
  }
}
