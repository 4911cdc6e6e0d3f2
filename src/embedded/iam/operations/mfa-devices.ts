import type { Selectable } from 'kysely';
import { z } from 'zod';

import type { Operation, OperationInput } from '../../../aws/operation.ts';
import { AwsError } from '../../../aws/errors.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchEntity } from '../iam-errors.ts';
import {
  authenticationCode,
  existingUserName,
  page,
  paging,
  path,
  serialNumber,
  virtualMfaDeviceName,
} from '../iam-input.ts';
import { newMfaSecret, otpauthUri, purposeOf } from '../mfa.ts';
import { qrPng } from '../qr-png.ts';
import type { IamTables } from '../settings.ts';
import { findUser, iamOperation, nameOrCaller, userResource, type IamParts } from './iam-operation.ts';
import { userOf } from './users.ts';

const MAX_DEVICES = 8;

/** Virtual MFA devices: a seed that is shown once, and confirmed with two codes. */
export function mfaDeviceOperations(parts: IamParts): Operation[] {
  return [
    createVirtualMfaDeviceOperation(parts),
    enableMfaDeviceOperation(parts),
    deactivateMfaDeviceOperation(parts),
    deleteVirtualMfaDeviceOperation(parts),
    listMfaDevicesOperation(parts),
    listVirtualMfaDevicesOperation(parts),
  ];
}

function deviceResource({ accountId }: IamParts) {
  return (input: OperationInput) =>
    String(
      input['SerialNumber'] ?? `arn:aws:iam::${accountId}:mfa/${String(input['VirtualMFADeviceName'] ?? '')}`,
    );
}

function createVirtualMfaDeviceOperation(parts: IamParts): Operation {
  return iamOperation('CreateVirtualMFADevice', {
    input: { VirtualMFADeviceName: virtualMfaDeviceName, Path: path.optional() },
    resource: deviceResource(parts),
    handle: async (input) => ({
      VirtualMFADevice: await createDevice(parts, input.VirtualMFADeviceName, input.Path ?? '/'),
    }),
  });
}

function enableMfaDeviceOperation(parts: IamParts): Operation {
  return iamOperation('EnableMFADevice', {
    input: {
      UserName: existingUserName,
      SerialNumber: serialNumber,
      AuthenticationCode1: authenticationCode,
      AuthenticationCode2: authenticationCode,
    },
    resource: userResource(parts),
    handle: async (input) => enableDevice(parts, input),
  });
}

function deactivateMfaDeviceOperation(parts: IamParts): Operation {
  return iamOperation('DeactivateMFADevice', {
    input: { UserName: existingUserName.optional(), SerialNumber: serialNumber },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      const off = { user_id: null, enabled_at: null, last_step: 0 };
      const done = await parts.settings
        .updateTable('iam_mfa_devices')
        .set(off)
        .where('serial', '=', input.SerialNumber)
        .where('user_id', '=', user.id)
        .executeTakeFirst();
      if (done.numUpdatedRows !== 1n) throw noSuchEntity(`MFA Device invalid for user.`);
    },
  });
}

function deleteVirtualMfaDeviceOperation(parts: IamParts): Operation {
  return iamOperation('DeleteVirtualMFADevice', {
    input: { SerialNumber: serialNumber },
    resource: deviceResource(parts),
    handle: async (input) => {
      const device = await findDevice(parts, input.SerialNumber);
      if (device.user_id !== null) throw deleteConflict('MFA VirtualDevice in use. Must deactivate first.');
      await parts.settings
        .deleteFrom('iam_mfa_devices')
        .where('serial', '=', device.serial)
        .where('user_id', 'is', null)
        .execute();
    },
  });
}

function listMfaDevicesOperation(parts: IamParts): Operation {
  return iamOperation('ListMFADevices', {
    input: { UserName: existingUserName.optional(), ...paging },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      const rows = await parts.settings
        .selectFrom('iam_mfa_devices')
        .selectAll()
        .where('user_id', '=', user.id)
        .execute();
      const shown = page(rows, (row) => row.serial, input);
      const devices = shown.items.map((row) => ({
        UserName: user.name,
        SerialNumber: row.serial,
        EnableDate: new Date(row.enabled_at ?? 0),
      }));
      return { MFADevices: devices, ...shown.paging };
    },
  });
}

function listVirtualMfaDevicesOperation(parts: IamParts): Operation {
  return iamOperation('ListVirtualMFADevices', {
    input: { AssignmentStatus: z.enum(['Assigned', 'Unassigned', 'Any']).optional(), ...paging },
    resource: () => `arn:aws:iam::${parts.accountId}:mfa/`,
    handle: async (input) => listDevices(parts, input),
  });
}

type DeviceRow = Selectable<IamTables['iam_mfa_devices']>;

async function createDevice({ settings, masterKey, clock, accountId }: IamParts, name: string, path: string) {
  const serial = `arn:aws:iam::${accountId}:mfa${path}${name}`;
  const secret = newMfaSecret();
  const device = {
    serial,
    user_id: null,
    sealed_secret: masterKey.seal(purposeOf(serial), secret),
    created_at: clock.now(),
    enabled_at: null,
    last_step: 0,
  };
  const inserted = await settings
    .insertInto('iam_mfa_devices')
    .values(device)
    .onConflict((on) => on.column('serial').doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n)
    throw alreadyExists(`MFADevice entity at the same path and name already exists.`);
  return {
    SerialNumber: serial,
    Base32StringSeed: Buffer.from(secret),
    QRCodePNG: qrPng(otpauthUri(secret, `${name}@${accountId}`)),
  };
}

type EnableDevice = {
  readonly UserName: string;
  readonly SerialNumber: string;
  readonly AuthenticationCode1: string;
  readonly AuthenticationCode2: string;
};

async function enableDevice(parts: IamParts, input: EnableDevice): Promise<void> {
  const user = await findUser(parts, input.UserName);
  const device = await findDevice(parts, input.SerialNumber);
  if (device.user_id !== null) throw alreadyExists('MFA Device already in use');
  const step = parts.mfa.stepOfPair(device, [input.AuthenticationCode1, input.AuthenticationCode2]);
  if (step === undefined)
    throw new AwsError('InvalidAuthenticationCode', 'Authentication code for device is not valid.', {
      status: 403,
    });
  await parts.settings.transaction().execute(async (trx) => {
    const existing = await trx
      .selectFrom('iam_mfa_devices')
      .select('serial')
      .where('user_id', '=', user.id)
      .execute();
    if (existing.length >= MAX_DEVICES)
      throw limitExceeded(`Cannot exceed quota for MFADevicesPerUser: ${MAX_DEVICES}`);
    const enabled = { user_id: user.id, enabled_at: parts.clock.now(), last_step: step };
    await trx
      .updateTable('iam_mfa_devices')
      .set(enabled)
      .where('serial', '=', device.serial)
      .where('user_id', 'is', null)
      .execute();
  });
}

async function findDevice({ settings }: IamParts, serial: string): Promise<DeviceRow> {
  const device = await settings
    .selectFrom('iam_mfa_devices')
    .selectAll()
    .where('serial', '=', serial)
    .executeTakeFirst();
  if (device === undefined)
    throw noSuchEntity(`VirtualMFADevice with serial number ${serial} does not exist.`);
  return device;
}

type ListDevices = {
  readonly AssignmentStatus?: string | undefined;
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
};

async function listDevices({ settings, accountId }: IamParts, input: ListDevices) {
  const rows = await settings.selectFrom('iam_mfa_devices').selectAll().execute();
  const users = new Map(
    (await settings.selectFrom('iam_users').selectAll().execute()).map((user) => [user.id, user]),
  );
  const wanted = rows.filter(
    (row) =>
      input.AssignmentStatus === undefined ||
      input.AssignmentStatus === 'Any' ||
      (input.AssignmentStatus === 'Assigned') === (row.user_id !== null),
  );
  const shown = page(wanted, (row) => row.serial, input);
  const devices = shown.items.map((row) => {
    const user = users.get(row.user_id ?? '');
    return {
      SerialNumber: row.serial,
      ...(user === undefined
        ? {}
        : { User: userOf(accountId, user), EnableDate: new Date(row.enabled_at ?? 0) }),
    };
  });
  return { VirtualMFADevices: devices, ...shown.paging };
}
