import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { messageOf, OpentrailError, systemCodeOf } from '../../base/errors.ts';

export type AdminCredentials = {
  readonly accountId: string;
  /** Home region, for AWS tools. */
  readonly region: string | undefined;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly password: string;
};

/**
 * Writes `DIR/credentials`, mode 600, whole or not at all. The form is that of AWS_SHARED_CREDENTIALS_FILE; AWS tools pass over
 * the keys that they do not know.
 */
export async function writeCredentialsFile(dir: string, admin: AdminCredentials): Promise<void> {
  const path = join(dir, 'credentials');
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(textOf(admin));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** The administrator, as the server's first start wrote him down. */
export type AdminFile = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The home account, where the file names it. */
  readonly accountId: string | undefined;
  readonly region: string | undefined;
};

/** Reads `DIR/credentials`. Throws BAD_FILE when it is not there or holds no key. */
export async function readAdminFile(dir: string): Promise<AdminFile> {
  const path = join(dir, 'credentials');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const hint =
      systemCodeOf(cause) === 'ENOENT'
        ? `there is no such file; is ${dir} the server's --data folder, and was it started once?`
        : messageOf(cause);
    throw new OpentrailError('BAD_FILE', `${path}: ${hint}`, { cause });
  });
  const profile = parseProfile(text, 'default');
  const accessKeyId = profile.get('aws_access_key_id');
  const secretAccessKey = profile.get('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new OpentrailError(
      'BAD_FILE',
      `${path}: there is no [default] profile with aws_access_key_id and aws_secret_access_key`,
    );
  }
  return {
    accessKeyId,
    secretAccessKey,
    accountId: profile.get('opentrail_console_account'),
    region: profile.get('region'),
  };
}

/** One section of an INI file as AWS tools read it: `#` and `;` start comments, names without regard to case. */
export function parseProfile(text: string, name: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const heading = /^\[\s*(.*?)\s*\]$/.exec(trimmed);
    if (heading !== null) section = heading[1] ?? '';
    const at = trimmed.indexOf('=');
    if (heading === null && section === name && at > 0)
      values.set(trimmed.slice(0, at).trim().toLowerCase(), trimmed.slice(at + 1).trim());
  }
  return values;
}

function textOf(admin: AdminCredentials): string {
  return [
    `# The administrator of account ${admin.accountId} in this Opentrail. Whoever reads this file may do everything.`,
    '[default]',
    `aws_access_key_id = ${admin.accessKeyId}`,
    `aws_secret_access_key = ${admin.secretAccessKey}`,
    ...(admin.region === undefined ? [] : [`region = ${admin.region}`]),
    '# For the console:',
    `opentrail_console_account = ${admin.accountId}`,
    `opentrail_console_user = ${admin.userName}`,
    `opentrail_console_password = ${admin.password}`,
    '',
  ].join('\n');
}
