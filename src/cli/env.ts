import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Command } from 'commander';
import { Kysely, SqliteDialect } from 'kysely';

import { OpentrailError } from '../base/errors.ts';
import { openMasterKey } from '../embedded/iam/master-key.ts';
import type { IamTables } from '../embedded/iam/settings.ts';
import { storedKeyOf, type StoredKey } from '../embedded/iam/stored-key.ts';
import { openSqlite } from '../store/settings/sqlite-database.ts';
import { callServer, dataDirOf, endpointOf, regionOf, sdkOptions } from './client.ts';
import { readAdminFile } from '../embedded/iam/credentials-file.ts';
import type { ServerAccess } from './server-request.ts';

type EnvOptions = {
  readonly data?: string;
  readonly account?: string;
  readonly region?: string;
  readonly user?: string;
};

export function envCommand(): Command {
  return new Command('env')
    .description(
      'Print what points AWS clients at the server, to be used as: eval "$(opentrail env --data DIR)"',
    )
    .option('--data <dir>', 'data folder of the server')
    .option('--account <id>', 'look into this recorded account (12 digits)')
    .option('--region <region>', 'region to work in')
    .option('--user <name>', "with this user's access key instead of the administrator's")
    .action(env);
}

async function env(options: EnvOptions): Promise<void> {
  if (options.account !== undefined && !/^\d{12}$/.test(options.account)) {
    throw new OpentrailError('BAD_ARGUMENT', `--account must be 12 digits (got "${options.account}")`);
  }
  if (options.region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(options.region)) {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      `--region must be a region such as eu-central-1 (got "${options.region}")`,
    );
  }
  const access = await accessFor(options);
  process.stdout.write(`${exportLines(access).join('\n')}\n`);
}

/** The lines for `eval` in any POSIX shell. */
export function exportLines({ endpoint, region, credentials }: ServerAccess): string[] {
  const token = credentials.sessionToken;
  return [
    `export AWS_ENDPOINT_URL=${quoted(endpoint)}`,
    `export AWS_ACCESS_KEY_ID=${quoted(credentials.accessKeyId)}`,
    `export AWS_SECRET_ACCESS_KEY=${quoted(credentials.secretAccessKey)}`,
    token === undefined ? 'unset AWS_SESSION_TOKEN' : `export AWS_SESSION_TOKEN=${quoted(token)}`,
    `export AWS_REGION=${quoted(region)}`,
    `export AWS_DEFAULT_REGION=${quoted(region)}`,
    'unset AWS_PROFILE',
  ];
}

async function accessFor(options: EnvOptions): Promise<ServerAccess> {
  const dir = dataDirOf(options);
  const admin = await readAdminFile(dir);
  const key = options.user === undefined ? admin : await userKey(dir, options.user);
  const { accessKeyId, secretAccessKey } = key;
  const region = options.region ?? regionOf(process.env, admin.region);
  const access = { endpoint: await endpointOf(dir), region, credentials: { accessKeyId, secretAccessKey } };
  return options.account === undefined || options.account === admin.accountId
    ? access
    : assume(access, options.account, options.user);
}

/** Asks the running server, so that the step into the other account is in the trail. */
async function assume(access: ServerAccess, accountId: string, user = 'admin'): Promise<ServerAccess> {
  const client = new STSClient(sdkOptions(access));
  const request = { RoleArn: `arn:aws:iam::${accountId}:role/OpentrailAccountAccess`, RoleSessionName: user };
  const { Credentials } = await callServer(access, client.send(new AssumeRoleCommand(request)));
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey)
    throw new OpentrailError('SERVER_REFUSED', 'the answer to AssumeRole carries no credentials');
  return {
    ...access,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  };
}

/** From the data folder itself: whoever may read master.key may have any key. */
async function userKey(dir: string, name: string): Promise<StoredKey> {
  const path = join(dir, 'settings.db');
  if (!existsSync(path)) throw new OpentrailError('BAD_FILE', `${path}: there is no such file`);
  const masterKey = openMasterKey(dir, { create: false });
  const settings = new Kysely<IamTables>({
    dialect: new SqliteDialect({ database: () => Promise.resolve(openSqlite(path)) }),
  });
  try {
    const found = await storedKeyOf({ settings, masterKey }, name);
    if (typeof found === 'object') return found;
    throw new OpentrailError('NOT_FOUND', WHY[found](name), { kind: 'user' });
  } finally {
    await settings.destroy();
  }
}

const WHY = {
  'no-user': (name: string) => `there is no user ${name}`,
  'no-key': (name: string) =>
    `user ${name} has no active access key; make one with: opentrail users key ${name}`,
  sealed: (name: string) =>
    `master.key does not open the key of ${name}: it is not the key that settings.db was written with`,
} as const;

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
