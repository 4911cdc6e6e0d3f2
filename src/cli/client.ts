import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { OpentrailError } from '../base/errors.ts';
import { readAdminFile } from '../embedded/iam/credentials-file.ts';
import type { ServerAccess } from './server-request.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type AccessOptions = { readonly data?: string | undefined };

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4680';

/** The server's data folder: `--data`, else OPENTRAIL_DATA, else `opentrail-data` here. */
export function dataDirOf(options: AccessOptions, env: Environment = process.env): string {
  return resolve(options.data ?? env['OPENTRAIL_DATA'] ?? 'opentrail-data');
}

/**
 * Where the server is and as whom to call it. `--data DIR`: the administrator of that folder; else what the AWS variables say
 * (`eval "$(opentrail env …)"`); else the administrator of the default folder. Throws BAD_ARGUMENT when none of them is there.
 */
export async function serverAccess(
  options: AccessOptions,
  env: Environment = process.env,
): Promise<ServerAccess> {
  const fromEnvironment = options.data === undefined ? accessFromEnvironment(env) : undefined;
  if (fromEnvironment !== undefined) return fromEnvironment;
  const dir = dataDirOf(options, env);
  if (options.data === undefined && !existsSync(join(dir, 'credentials'))) {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      'which server? Give its data folder (--data DIR), or run: eval "$(opentrail env --data DIR)"',
    );
  }
  const { accessKeyId, secretAccessKey, region } = await readAdminFile(dir);
  return {
    endpoint: await endpointOf(dir, env),
    region: regionOf(env, region),
    credentials: { accessKeyId, secretAccessKey },
  };
}

/** `DIR/endpoint`, one line that the server writes when it starts; else OPENTRAIL_ENDPOINT, else the default address. */
export async function endpointOf(dir: string, env: Environment = process.env): Promise<string> {
  const text = await readFile(join(dir, 'endpoint'), 'utf8').catch(() => '');
  const line = text.split('\n')[0]?.trim() ?? '';
  return /^https?:\/\/[^\s/]+$/.test(line) ? line : (env['OPENTRAIL_ENDPOINT'] ?? DEFAULT_ENDPOINT);
}

/** OPENTRAIL_REGION, else the home region as the server's first start wrote it down. What AWS_REGION says belongs to another cloud. */
export function regionOf(env: Environment, home: string | undefined): string {
  return env['OPENTRAIL_REGION'] ?? home ?? 'us-east-1';
}

/** For `@aws-sdk/client-*`. One attempt: a command line says at once that nobody answers. */
export function sdkOptions({ endpoint, region, credentials }: ServerAccess) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    endpoint,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  };
}

/** Waits for an SDK call. Throws SERVER_UNREACHABLE, or SERVER_REFUSED with the code and message of the server. */
export async function callServer<Output>(server: ServerAccess, call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const answered =
      '$metadata' in cause &&
      (cause.$metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode !== undefined;
    if (answered) throw new OpentrailError('SERVER_REFUSED', `${cause.name}: ${cause.message}`, { cause });
    const why = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
    throw new OpentrailError(
      'SERVER_UNREACHABLE',
      `no server answers at ${server.endpoint} (${why}); start it with: opentrail serve`,
      { cause },
    );
  }
}

function accessFromEnvironment(env: Environment): ServerAccess | undefined {
  const endpoint = env['AWS_ENDPOINT_URL'];
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!endpoint || !accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env['AWS_SESSION_TOKEN'] || undefined;
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}
