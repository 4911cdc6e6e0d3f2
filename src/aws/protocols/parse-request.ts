import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';

import { OpentrailError } from '../../base/errors.ts';
import { AwsError } from '../errors.ts';
import type { OperationModel } from '../models/operation-model.ts';
import type { OperationInput } from '../operation.ts';
import { readBody } from './body.ts';
import { parseForm } from './form/parse-form.ts';
import { readForm } from './form/read-form.ts';
import { decodePercent, parseQuery } from './http/query-string.ts';
import { isBody, payloadOf, readBindings } from './http/read-bindings.ts';
import { matchPath, templateOf } from './http/uri-template.ts';
import { readJson } from './json/read-json.ts';
import { parseJson } from './json/parse-json.ts';
import type { WireRequest } from './protocol.ts';
import { readingOf, type Reading } from './reading.ts';
import { toPathStyle } from './s3-address.ts';
import { readTimestamp } from './scalars.ts';
import { jsonName, shapeOf, type Member, type Shape } from './shape.ts';

export type RequestWithBody = WireRequest & { readonly body: Uint8Array | Readable | undefined };

/**
 * The members of a request by the model's names: timestamps are Date, blobs Uint8Array, a streaming payload is passed through.
 * A body that is not streamed must be read whole before (see `streamsRequest`). `model` is under the protocol that the request shows.
 * Throws AwsError: `SerializationException` (JSON, CBOR), `MalformedXML` (REST-XML), `MalformedQueryString` or `MalformedInput` (form),
 * `InvalidURI` (a path that cannot be decoded). With `lenient` (for recording others' calls) what does not fit the model is taken as it is,
 * and only a body that cannot be parsed at all is refused.
 */
export function parseRequest(
  model: OperationModel,
  received: RequestWithBody,
  { lenient = false } = {},
): OperationInput {
  const shape = shapeOf(model.input);
  const reading = readingOf(model.protocol, !lenient);
  const request = inflated(shape, received, reading);
  switch (model.protocol) {
    case 'query':
    case 'ec2': {
      const form = parseForm([request.query, wholeBody(request.body).toString('utf8')], reading);
      return readForm(shape, form, model.protocol, reading) as OperationInput;
    }
    case 'rest-json':
    case 'rest-xml':
      return parseRest(model, shape, request, reading);
    case 'json':
    case 'cbor':
    case 'unknown':
      return readBody(shape, wholeBody(request.body), model.protocol, reading);
  }
}

/** Whether the operation's payload is a stream: then the body must not be buffered but handed to `parseRequest` as it is. */
export function streamsRequest(model: OperationModel): boolean {
  return payloadOf(shapeOf(model.input))?.shape.streaming === true;
}

function parseRest(
  model: OperationModel,
  shape: Shape,
  received: RequestWithBody,
  reading: Reading,
): OperationInput {
  const request = model.service === 's3' ? toPathStyle(received) : received;
  const result: Record<string, unknown> = {};
  const parts = {
    labels: readLabels(model, request.path),
    query: queryOf(model, request.query),
    headers: request.headers,
    status: undefined,
  };
  readBindings(shape, parts, result, reading);
  const payload = payloadOf(shape);
  if (payload !== undefined) {
    const value = readPayload(payload, request.body, model, reading);
    if (value !== undefined) result[payload.name] = value;
  } else if (shape.members().some(isBody)) {
    const body = wholeBody(request.body);
    if (body.length > 0) Object.assign(result, readBody(shape, body, model.protocol, reading));
  }
  return result;
}

/** Without the template's own parameters. */
function queryOf({ http }: OperationModel, query: string) {
  const literals = http === undefined ? [] : templateOf(http.uri).query;
  const pairs = parseQuery(query);
  return literals.length === 0
    ? pairs
    : pairs.filter(([name]) => literals.every((literal) => literal.name !== name));
}

function readLabels(model: OperationModel, path: string): ReadonlyMap<string, string> {
  const raw = model.http === undefined ? undefined : matchPath(templateOf(model.http.uri), path);
  const labels = new Map<string, string>();
  for (const [name, text] of raw ?? []) {
    const decoded = decodePercent(text);
    if (decoded === undefined)
      throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
    labels.set(name, decoded);
  }
  return labels;
}

function readPayload(
  { shape }: Member,
  body: RequestWithBody['body'],
  model: OperationModel,
  reading: Reading,
): unknown {
  if (shape.streaming) return shape.kind === 'blob' ? body : undefined;
  const bytes = wholeBody(body);
  if (bytes.length === 0) return undefined;
  switch (shape.kind) {
    case 'blob':
      return new Uint8Array(bytes);
    case 'string':
      return bytes.toString('utf8');
    case 'timestamp':
      return readTimestamp(bytes.toString('utf8'), reading);
    case 'document':
      return readJson(shape, parseJson(bytes, reading), { nameOf: jsonName, reading });
    default:
      return readBody(shape, bytes, model.protocol, reading);
  }
}

/** Clients may compress a large body (PutMetricData does). Operations that store the encoding themselves (PutObject) keep theirs. */
function inflated(shape: Shape, request: RequestWithBody, reading: Reading): RequestWithBody {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || !/(^|,)\s*gzip\s*$/.test(encoding) || !(request.body instanceof Uint8Array))
    return request;
  if (
    shape.members().some(({ shape: { traits } }) => traits.httpHeader?.toLowerCase() === 'content-encoding')
  )
    return request;
  try {
    return { ...request, body: gunzipSync(request.body, { maxOutputLength: MAX_INFLATED }) };
  } catch (cause) {
    throw reading.refuse('The request body cannot be decompressed.', cause);
  }
}

/** No AWS operation takes a longer body that is not streamed. */
const MAX_INFLATED = 64 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

function wholeBody(body: RequestWithBody['body']): Buffer {
  if (body === undefined) return NOTHING;
  if (body instanceof Readable)
    throw new OpentrailError('BUG', 'a request body that is not streamed was not read whole');
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
