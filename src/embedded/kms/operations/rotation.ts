import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { checkNotPending, checkUsable, type KeyStore } from '../key-store.ts';
import { keyOperation, limit, marker, page } from './kms-operation.ts';

const DAY = 86_400_000;
const days = z.number().int().min(90).max(2560).optional();

/** New material for a key: old ciphertexts are still read with the old. https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
export function rotationOperations(store: KeyStore): Operation[] {
  return [
    keyOperation(store, 'EnableKeyRotation', {
      input: { RotationPeriodInDays: days },
      conditionKeys: (input) => ({
        'kms:RotationPeriodInDays': String(input.RotationPeriodInDays ?? 365),
      }),
      handle: async (key, input) => {
        checkUsable(key);
        const period = input.RotationPeriodInDays ?? key.rotation_days ?? 365;
        const rotateAt = store.clock.now() + period * DAY;
        await store.change(key, { rotation_days: period, rotate_at: rotateAt });
      },
    }),
    keyOperation(store, 'DisableKeyRotation', {
      input: {},
      handle: async (key) => {
        checkUsable(key);
        await store.change(key, { rotation_days: null, rotate_at: null });
      },
    }),
    keyOperation(store, 'GetKeyRotationStatus', {
      input: {},
      everywhere: true,
      handle: async (key) => ({
        KeyRotationEnabled: key.rotation_days !== null,
        KeyId: key.arn,
        ...(key.rotation_days === null || key.rotate_at === null
          ? {}
          : { RotationPeriodInDays: key.rotation_days, NextRotationDate: new Date(key.rotate_at) }),
      }),
    }),
    ...rotationsMade(store),
  ];
}

function rotationsMade(store: KeyStore): Operation[] {
  return [
    keyOperation(store, 'RotateKeyOnDemand', {
      input: {},
      handle: async (key) => {
        checkUsable(key);
        await store.rotate(key, 'ON_DEMAND');
        return { KeyId: key.arn };
      },
    }),
    keyOperation(store, 'ListKeyRotations', {
      input: { Limit: limit, Marker: marker },
      handle: async (key, input) => {
        checkNotPending(key);
        const made = (await store.materials(key)).filter(({ rotation }) => rotation !== null);
        const shown = page(made, {
          keyOf: (material) => String(material.created_at).padStart(16, '0'),
          marker: input.Marker,
          size: input.Limit ?? 100,
        });
        const rotations = shown.items.map((material) => ({
          KeyId: key.arn,
          KeyMaterialId: material.id,
          RotationDate: new Date(material.created_at),
          RotationType: material.rotation,
        }));
        return { Rotations: rotations, ...shown.paging };
      },
    }),
  ];
}
