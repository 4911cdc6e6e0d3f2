import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin', 'opentrail');

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type TestServer = {
  readonly url: string;
  readonly data: string;
  readonly pid: number;
  /** The administrator's key. */
  readonly credentials: Credentials;
  /** What the server wrote on stderr so far. */
  readonly stderr: () => string;
  /** SIGTERM; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
};

export type ServerOptions = {
  /** Kept when given; else a temporary folder that goes with `stop`. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
};

/** `bin/opentrail serve` on a free port, ready. Settings of the caller's own environment are not passed on. */
export async function startServer({ data, env = {}, args = [] }: ServerOptions = {}): Promise<TestServer> {
  const dir = data ?? mkdtempSync(join(tmpdir(), 'opentrail-'));
  const child = spawn(BIN, ['serve', '--data', dir, '--listen', '127.0.0.1:0', ...args], {
    env: { ...cleanEnv(), OPENTRAIL_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const url = await readyLine(child, () => stderr);
  const stop = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };
  return {
    url,
    data: dir,
    pid: child.pid ?? 0,
    credentials: readCredentials(dir),
    stderr: () => stderr,
    stop: async () => {
      const code = await stop('SIGTERM');
      if (data === undefined) rmSync(dir, { recursive: true, force: true });
      return code;
    },
    kill: async () => void (await stop('SIGKILL')),
  };
}

/** The address of a server that starts. Rejects when it ends, or is not ready after a minute. */
export function readyLine(child: ChildProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the server ${why}:\n${stderr()}`));
    const timer = setTimeout(() => fail('was not ready after 60 s'), 60_000);
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code} before it was ready`));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = /^opentrail ready (\S+)$/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

export function cleanEnv(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(AWS_|OPENTRAIL_)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

export function readCredentials(dir: string): Credentials {
  const text = readFileSync(join(dir, 'credentials'), 'utf8');
  const value = (name: string) => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '';
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
}

/** What AWS clients need to speak to the server, and nothing of the caller's own AWS settings. */
export function awsEnv(
  server: Pick<TestServer, 'url' | 'credentials'>,
  credentials: Credentials = server.credentials,
): Record<string, string> {
  return {
    ...cleanEnv(),
    AWS_ENDPOINT_URL: server.url,
    AWS_ENDPOINT_URL_S3: server.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
  };
}
