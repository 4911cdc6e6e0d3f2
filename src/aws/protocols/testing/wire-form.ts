import type { OperationModel } from '../../models/operation-model.ts';
import type { Protocol } from '../protocol.ts';
import { shapeOf, type Shape } from '../shape.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Parameters as far as their protocol can say them, for comparing what was given with what was read: forms cannot say that a list, map or
 * structure is there but empty, nor can XML of a list without an element around it; a body of no bytes is no body; and a client
 * makes up an idempotency token where none is `given`.
 */
export function asTheWireHasIt({ input, protocol }: OperationModel, value: Members, given: Members): unknown {
  const shape = shapeOf(input);
  const result: Record<string, unknown> = {};
  for (const member of shape.members()) {
    const { traits } = member.shape;
    if (traits.idempotencyToken !== undefined && given[member.name] === undefined) continue;
    const one = plain(member.shape, value[member.name], protocol);
    const isNoBody = traits.httpPayload !== undefined && isNothing(one);
    if (one !== undefined && !isNoBody) result[member.name] = one;
  }
  return result;
}

function plain(shape: Shape, value: unknown, protocol: Protocol): unknown {
  if (value === null || value === undefined) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || shape.kind === 'document') return value;
  const one = Array.isArray(value)
    ? value.map((item) => plain(shape.element(), item, protocol)).filter((item) => item !== undefined)
    : plainEntries(shape, value as Members, protocol);
  return isNothing(one) && !canBeEmpty(shape, protocol) ? undefined : one;
}

function plainEntries(shape: Shape, value: Members, protocol: Protocol): Members {
  const shapes =
    shape.kind === 'map' ? undefined : new Map(shape.members().map((one) => [one.name, one.shape]));
  const entries = Object.entries(value).map(([name, item]) => {
    const own = shapes === undefined ? shape.element() : shapes.get(name);
    return [name, own === undefined ? item : plain(own, item, protocol)] as const;
  });
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function canBeEmpty({ traits }: Shape, protocol: Protocol): boolean {
  if (protocol === 'query' || protocol === 'ec2') return false;
  return protocol !== 'rest-xml' || traits.xmlFlattened === undefined;
}

function isNothing(value: unknown): boolean {
  if (value === '') return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
