import type { Readable } from 'node:stream';

import type { OperationModel } from '../models/operation-model.ts';
import type { OperationOutput } from '../operation.ts';
import { rootOf } from './body.ts';
import { cborWriting, encodeCbor } from './cbor/cbor.ts';
import { EVENT_STREAM, eventStreamOf, writeEventStream } from './event-stream.ts';
import { hasAnswerBody, isAnswerBody, payloadOf } from './http/read-bindings.ts';
import { writeBindings } from './http/write-bindings.ts';
import { isObject } from './json/read-json.ts';
import { jsonWriting, writeJson } from './json/write-json.ts';
import type { Headers } from './protocol.ts';
import { requestIdHeaders } from './request-id.ts';
import { isBareLocation, writeBareLocation } from './s3-location.ts';
import { writeText } from './scalars.ts';
import { jsonName, memberName, shapeOf, type Member, type Shape } from './shape.ts';
import {
  element,
  escapeXml,
  writeAttributes,
  writeMembers,
  writeXml,
  XML_DECLARATION,
} from './xml/write-xml.ts';

/** An answer ready to be written; `content-length` is among the headers whenever it is known. */
export type ServedResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | Readable | undefined;
  /** A stream of events, which may go on for hours. */
  readonly isEventStream?: boolean | undefined;
};

type Output = Readonly<Record<string, unknown>>;
type Content = { readonly type?: string | undefined; readonly body: Uint8Array | Readable | undefined };

const JSON_NAMES = jsonWriting(jsonName);
const MEMBER_NAMES = jsonWriting(memberName);

/** An operation's output in the form of the protocol that the request came in. */
export function serializeResponse(
  model: OperationModel,
  result: OperationOutput,
  requestId: string,
): ServedResponse {
  const shape = shapeOf(model.output);
  const output = result.output ?? {};
  const rest = model.protocol === 'rest-json' || model.protocol === 'rest-xml';
  const bound = rest ? writeBindings(shape, output) : { headers: {}, status: undefined };
  const content = writeContent(model, shape, result, requestId);
  const headers: Record<string, string> = { ...requestIdHeaders(model.service, requestId) };
  if (content.type !== undefined) headers['content-type'] = content.type;
  if (model.protocol === 'cbor') headers['smithy-protocol'] = 'rpc-v2-cbor';
  Object.assign(headers, bound.headers);
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name.toLowerCase()] = value;
  const status = result.status ?? bound.status ?? (rest ? model.http?.code : undefined) ?? 200;
  const length = lengthOf(content.body, status);
  if (length !== undefined && headers['content-length'] === undefined) headers['content-length'] = length;
  const isEventStream = content.type === EVENT_STREAM;
  return { status, headers, body: content.body, ...(isEventStream ? { isEventStream } : {}) };
}

function lengthOf(body: Content['body'], status: number): string | undefined {
  if (body instanceof Uint8Array) return String(body.length);
  return body === undefined && status !== 204 && status !== 304 ? '0' : undefined;
}

function writeContent(
  model: OperationModel,
  shape: Shape,
  result: OperationOutput,
  requestId: string,
): Content {
  const output = result.output ?? {};
  switch (model.protocol) {
    case 'json':
    case 'unknown': {
      const events = eventStreamOf(shape);
      if (events !== undefined) return writeEvents(events, output);
      return json(
        { ...(writeJson(shape, output, MEMBER_NAMES) as object | undefined), ...result.extensions },
        `application/x-amz-json-${model.package.jsonVersion}`,
      );
    }
    case 'cbor':
      return { type: 'application/cbor', body: encodeCbor(writeJson(shape, output, cborWriting) ?? {}) };
    case 'query':
      return xml(writeQuery(model, shape, output, requestId), 'text/xml;charset=UTF-8');
    case 'ec2':
      return xml(writeEc2(model, shape, output, requestId), 'text/xml;charset=UTF-8');
    case 'rest-json':
    case 'rest-xml':
      return writeRest(model, shape, output);
  }
}

/** The answers that are events have no other members. */
function writeEvents(events: Member, output: Output): Content {
  const stream = output[events.name] as AsyncIterable<unknown>;
  return { type: EVENT_STREAM, body: writeEventStream(events, stream) };
}

function writeQuery(model: OperationModel, shape: Shape, output: Output, requestId: string): string {
  const result = shape.kind === 'unit' ? '' : element(`${model.name}Result`, '', writeMembers(shape, output));
  const metadata = `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata>`;
  return element(`${model.name}Response`, namespace(model), result + metadata);
}

function writeEc2(model: OperationModel, shape: Shape, output: Output, requestId: string): string {
  const content = `<requestId>${escapeXml(requestId)}</requestId>${writeMembers(shape, output)}`;
  return element(`${model.name}Response`, namespace(model), content);
}

function writeRest(model: OperationModel, shape: Shape, output: Output): Content {
  const payload = payloadOf(shape);
  if (payload !== undefined) return writePayload(model, payload, output[payload.name]);
  if (!hasAnswerBody(shape)) return { body: undefined };
  if (model.protocol === 'rest-json') return json(writeBodyMembers(shape, output), 'application/json');
  if (isBareLocation(model)) return xml(writeBareLocation(output, namespace(model)), 'application/xml');
  const content = writeMembers(shape, output, (traits) => !isAnswerBody(traits));
  return xml(
    element(rootOf(shape), namespace(model) + writeAttributes(shape, output), content),
    'application/xml',
  );
}

function writeBodyMembers(shape: Shape, output: Output): unknown {
  const body: Record<string, unknown> = {};
  for (const member of shape.members()) {
    if (isAnswerBody(member.shape.traits)) body[member.name] = output[member.name];
  }
  return writeJson(shape, body, JSON_NAMES);
}

function writePayload(model: OperationModel, { shape }: Member, value: unknown): Content {
  if (value === undefined || value === null) return { body: undefined };
  if (shape.kind === 'blob')
    return { type: shape.traits.mediaType ?? 'application/octet-stream', body: asBody(value) };
  if (shape.kind === 'document' || (model.protocol === 'rest-json' && isObject(value))) {
    return json(writeJson(shape, value, JSON_NAMES), 'application/json');
  }
  if (isObject(value))
    return xml(writeXml(rootOf(shape), shape, value, model.package.xmlNamespace), 'application/xml');
  return {
    type: shape.traits.mediaType ?? 'text/plain',
    body: Buffer.from(writeText(shape, value, 'date-time')),
  };
}

function asBody(value: unknown): Content['body'] {
  return typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array | Readable);
}

function namespace(model: OperationModel): string {
  const uri = model.package.xmlNamespace;
  return uri === undefined ? '' : ` xmlns="${escapeXml(uri)}"`;
}

function json(value: unknown, type: string): Content {
  return { type, body: Buffer.from(JSON.stringify(value ?? {})) };
}

function xml(text: string, type: string): Content {
  return { type, body: Buffer.from(XML_DECLARATION + text) };
}
