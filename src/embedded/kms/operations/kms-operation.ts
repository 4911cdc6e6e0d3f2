import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { pageOf } from '../../../aws/page-token.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { ConditionKeys } from '../../../aws/policy/policy-request.ts';
import { authorizeKey } from '../key-access.ts';
import type { Key, KeyStore } from '../key-store.ts';
import { invalidKeyId } from '../kms-errors.ts';

type Output = OperationOutput['output'] | void;
type Parsed<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

const CODES = { invalid: 'ValidationException', unsupported: 'UnsupportedOperationException' };

/** An operation of the model's name whose input is validated first. It asks the policies itself, once it knows the key that is meant. */
export function kmsOperation<Shape extends z.ZodRawShape>(
  name: string,
  definition: {
    readonly input: Shape;
    readonly handle: (input: Parsed<Shape>, context: CallContext) => Promise<Output>;
  },
): Operation {
  return {
    service: 'kms',
    name,
    action: false,
    handle: async (input, context) => ({
      output: (await definition.handle(validateInput(definition.input, input, CODES), context)) ?? {},
    }),
  };
}

/** An operation on one key, named by `KeyId`, which the caller may do as its policies say. */
export function keyOperation<Shape extends z.ZodRawShape>(
  store: KeyStore,
  name: string,
  definition: {
    /** The other members. */
    readonly input: Shape;
    /** By alias, and from other accounts. Default false: by id and ARN, in the key's own account. */
    readonly everywhere?: boolean;
    readonly conditionKeys?: (input: Parsed<Shape>) => ConditionKeys;
    readonly handle: (key: Key, input: Parsed<Shape>, context: CallContext) => Promise<Output>;
  },
): Operation {
  return kmsOperation(name, {
    input: { ...definition.input, KeyId: keyId },
    handle: async (given, context) => {
      const input = given as Parsed<Shape>;
      const wanted = String((given as OperationInput)['KeyId']);
      const key = await findKey(store, wanted, context, definition.everywhere ?? false);
      const further = {
        ...definition.conditionKeys?.(input),
        'kms:RequestAlias': aliasIn(wanted),
      };
      await authorizeKey(store, context, key, { action: `kms:${name}`, further });
      return definition.handle(key, input, context);
    },
  });
}

/** Throws NotFoundException; AccessDenied for keys of others where the operation is for one's own. */
export async function findKey(
  store: KeyStore,
  wanted: string,
  context: Pick<CallContext, 'accountId' | 'region'>,
  everywhere = true,
): Promise<Key> {
  const { accountId: account, region } = context;
  if (!everywhere && /(^|:)alias\//.test(wanted)) throw invalidKeyId(wanted);
  const inOtherRegion = /^arn:[^:]*:kms:([^:]*):/.exec(wanted)?.[1];
  if (inOtherRegion !== undefined && inOtherRegion !== region)
    throw new AwsError('NotFoundException', `Invalid arn ${inOtherRegion}`);
  const key = await store.named(wanted, { account, region });
  if (!everywhere && key.account !== account)
    throw new AwsError(
      'AccessDenied',
      `The key ${key.arn} belongs to another account, from which this operation cannot be called.`,
      { status: 403 },
    );
  return key;
}

export function aliasIn(wanted: string): string | undefined {
  return /(?:^|:)(alias\/.*)$/.exec(wanted)?.[1];
}

/** The members of KMS's inputs with the model's limits. https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html */
export const keyId = z.string().min(1).max(2048);
export const limit = z.number().int().min(1).max(1000).optional();
export const marker = z.string().min(1).max(1024).optional();

/** One page of a list that is in the order of its keys. Throws InvalidMarkerException. */
export function page<Item>(
  all: readonly Item[],
  by: { readonly keyOf: (item: Item) => string; readonly marker: string | undefined; readonly size: number },
) {
  const { items, next } = pageOf(all, by.keyOf, {
    token: by.marker,
    limit: by.size,
    bad: () => new AwsError('InvalidMarkerException', `The marker is not one of ours (got '${by.marker}').`),
  });
  return { items, paging: { Truncated: next !== undefined, NextMarker: next } };
}
