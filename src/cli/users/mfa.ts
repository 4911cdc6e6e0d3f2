import { createInterface } from 'node:readline/promises';

import {
  CreateVirtualMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
} from '@aws-sdk/client-iam';
import encodeQR from 'qr';

import { OpentrailError } from '../../base/errors.ts';
import { otpauthUri } from '../../embedded/iam/mfa.ts';
import { iamAccess, print, type IamAccess, type UsersOptions } from './iam-client.ts';
import { removeDevices } from './users.ts';

/** Shows the seed of a new device as a QR code, and enables it with two codes read from stdin: one a line, or on one line. */
export async function manageMfa(
  name: string,
  options: UsersOptions & { readonly remove?: boolean },
): Promise<void> {
  const access = await iamAccess(options);
  if (options.remove === true) {
    const removed = await removeDevices(access, name);
    print(
      options,
      { user: name, removed },
      removed.length === 0 ? `user ${name} has no MFA device` : `removed ${removed.join(', ')}`,
    );
    return;
  }
  const { client, call } = access;
  const { VirtualMFADevice } = await call(
    client.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: `${name}-${Date.now().toString(36)}` }),
    ),
  );
  const SerialNumber = VirtualMFADevice?.SerialNumber ?? '';
  const secret = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString();
  try {
    showSeed(options, { secret, uri: otpauthUri(secret, name), SerialNumber });
    await enable(access, { name, SerialNumber });
  } catch (error) {
    await client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
    throw error;
  }
  print(
    options,
    { user: name, enabled: SerialNumber },
    `${SerialNumber} is enabled; the console now asks ${name} for a code`,
  );
}

/** On stderr, so that stdout holds the outcome alone. */
function showSeed(
  options: UsersOptions,
  { secret, uri, SerialNumber }: { secret: string; uri: string; SerialNumber: string },
): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ serialNumber: SerialNumber, secret, uri })}\n`);
    return;
  }
  const picture = process.stderr.isTTY ? `${encodeQR(uri, 'term')}\n` : '';
  process.stderr.write(`${picture}${uri}\nAdd it to an authenticator app, then give two codes in a row.\n`);
}

async function enable(
  { client, call }: IamAccess,
  { name, SerialNumber }: { name: string; SerialNumber: string },
): Promise<void> {
  const [AuthenticationCode1, AuthenticationCode2] = await readCodes();
  await call(
    client.send(
      new EnableMFADeviceCommand({ UserName: name, SerialNumber, AuthenticationCode1, AuthenticationCode2 }),
    ),
  );
}

async function readCodes(): Promise<[string, string]> {
  const lines = createInterface({ input: process.stdin });
  const codes: string[] = [];
  if (process.stdin.isTTY) process.stderr.write('first code, then the next one: ');
  for await (const line of lines) {
    codes.push(...(line.match(/\b\d{6}\b/g) ?? []));
    if (codes.length >= 2) break;
  }
  lines.close();
  const [first, second] = codes;
  if (first === undefined || second === undefined)
    throw new OpentrailError('BAD_ARGUMENT', 'two codes of six digits are needed; nothing was changed');
  return [first, second];
}
