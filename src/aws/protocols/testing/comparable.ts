import { shapeOf, type Shape } from '../shape.ts';
import type { OperationModel } from '../../models/operation-model.ts';

/** Parsed values and a vector's params in one form: seconds for timestamps, base64 for bytes, text for what is not a number. */
export function comparable(model: OperationModel, side: 'input' | 'output', value: unknown): unknown {
  const shape = shapeOf(model[side]);
  return withoutNamedParameters(shape, normalise(shape, value ?? {}));
}

/** Whether the catch-all map of query parameters repeats those that other members take differs between the vectors. */
function withoutNamedParameters(shape: Shape, value: unknown): unknown {
  const all = shape.members().find((member) => member.shape.traits.httpQueryParams !== undefined)?.name;
  const params = all === undefined ? undefined : (value as Record<string, unknown>)[all];
  if (all === undefined || params === undefined) return value;
  const named = new Set(shape.members().map((member) => member.shape.traits.httpQuery));
  const rest = Object.entries(params as object).filter(([name]) => !named.has(name));
  return { ...(value as object), [all]: rest.length === 0 ? undefined : Object.fromEntries(rest) };
}

function normalise(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  switch (shape.kind) {
    case 'struct':
    case 'union':
      return normaliseMembers(shape, value as Record<string, unknown>);
    case 'list':
      return (value as unknown[]).map((item) => normalise(shape.element(), item));
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, normalise(shape.element(), item)]),
      );
    case 'timestamp':
      return typeof value === 'number' ? value : Date.parse(String(value)) / 1000;
    case 'blob':
      return Buffer.from(String(value)).toString('base64');
    case 'number':
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    case 'string':
      return shape.traits.mediaType === undefined
        ? value
        : JSON.stringify(typeof value === 'string' ? asJson(value) : value);
    default:
      return value;
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function normaliseMembers(shape: Shape, value: Record<string, unknown>): unknown {
  const known = new Map(shape.members().map((member) => [member.name, member.shape]));
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, known.has(name) ? normalise(known.get(name) as Shape, item) : item]),
  );
}
