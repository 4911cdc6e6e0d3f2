import { randomBytes } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

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
