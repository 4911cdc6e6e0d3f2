import type { Headers } from '../protocol.ts';
import { setOwn, type Reading } from '../reading.ts';
import { readText } from '../scalars.ts';
import type { Member, Shape, Traits } from '../shape.ts';
import { readHeader } from './header-values.ts';

/** Where the members of a request or an answer stand, besides the body. */
export type HttpParts = {
  readonly labels: ReadonlyMap<string, string>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Headers;
  readonly status: number | undefined;
};

/** The members bound to path, query, headers and status, put into `result`. Labels are decoded already. */
export function readBindings(
  shape: Shape,
  parts: HttpParts,
  result: Record<string, unknown>,
  reading: Reading,
): void {
  for (const member of shape.members()) {
    const value = readBound(shape, member, parts, reading);
    if (value !== undefined) result[member.name] = value;
  }
}

/** Whether a request's member stands in the body. */
export function isBody({ shape: { traits } }: Member): boolean {
  return (
    isAnswerBody(traits) &&
    traits.httpLabel === undefined &&
    traits.httpQuery === undefined &&
    traits.httpQueryParams === undefined
  );
}

/** Whether an answer's member stands in the body: path and query mean nothing there. */
export function isAnswerBody(traits: Traits): boolean {
  return (
    traits.httpHeader === undefined &&
    traits.httpPrefixHeaders === undefined &&
    traits.httpResponseCode === undefined &&
    traits.httpPayload === undefined
  );
}

export function hasAnswerBody(shape: Shape): boolean {
  return shape.members().some((member) => isAnswerBody(member.shape.traits));
}

export function payloadOf(shape: Shape): Member | undefined {
  return shape.members().find((member) => member.shape.traits.httpPayload !== undefined);
}

function readBound(container: Shape, { name, shape }: Member, parts: HttpParts, reading: Reading): unknown {
  const { traits } = shape;
  if (traits.httpLabel !== undefined) {
    const text = parts.labels.get(name);
    return text === undefined ? undefined : readText(shape, text, reading);
  }
  if (traits.httpHeader !== undefined) {
    const text = parts.headers[traits.httpHeader.toLowerCase()];
    return text === undefined || text === '' ? undefined : readHeader(shape, text, reading);
  }
  if (traits.httpQuery !== undefined) return readQuery(shape, traits.httpQuery, parts.query, reading);
  if (traits.httpQueryParams !== undefined) return readQueryParams(container, shape, parts.query, reading);
  if (traits.httpPrefixHeaders !== undefined)
    return readPrefixed(shape, traits.httpPrefixHeaders.toLowerCase(), parts.headers, reading);
  if (traits.httpResponseCode !== undefined) return parts.status;
  return undefined;
}

function readQuery(shape: Shape, name: string, query: HttpParts['query'], reading: Reading): unknown {
  const values = query.filter(([key]) => key === name).map(([, value]) => value);
  const [first] = values;
  if (first === undefined) return undefined;
  if (shape.kind !== 'list') return readText(shape, first, reading);
  const element = shape.element();
  return values.map((value) => readText(element, value, reading));
}

/** All parameters that no other member takes. (Smithy lets servers put those in as well; a record would show them twice.) */
function readQueryParams(
  container: Shape,
  shape: Shape,
  query: HttpParts['query'],
  reading: Reading,
): unknown {
  const taken = new Set(container.members().map((member) => member.shape.traits.httpQuery));
  const result: Record<string, unknown> = {};
  const element = shape.element();
  for (const [name] of query) {
    if (taken.has(name) || Object.hasOwn(result, name)) continue;
    setOwn(result, name, readQuery(element, name, query, reading));
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function readPrefixed(shape: Shape, prefix: string, headers: Headers, reading: Reading): unknown {
  const element = shape.element();
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(prefix))
      setOwn(result, name.slice(prefix.length), readHeader(element, value, reading));
  }
  return Object.keys(result).length === 0 ? undefined : result;
}
