import type { OperationModel } from '../models/operation-model.ts';
import { readBody } from './body.ts';
import { hasAnswerBody, payloadOf, readBindings } from './http/read-bindings.ts';
import { parseJson } from './json/parse-json.ts';
import { readJson } from './json/read-json.ts';
import type { WireResponse } from './protocol.ts';
import { readingOf, type Reading } from './reading.ts';
import { isBareLocation } from './s3-location.ts';
import { jsonName, shapeOf, type Member, type Shape } from './shape.ts';
import { childrenOf, parseXml, textOf } from './xml/parse-xml.ts';
import { readXml } from './xml/read-xml.ts';

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/**
 * What an answer says, by the model's names; for recording what flows by. A streaming payload is left out.
 * Never throws: what cannot be read is left out, so a broken body gives what the headers say.
 */
export function parseResponse(model: OperationModel, response: WireResponse): Record<string, unknown> {
  const shape = shapeOf(model.output);
  const reading = readingOf(model.protocol, false);
  const result: Record<string, unknown> = {};
  const rest = model.protocol === 'rest-json' || model.protocol === 'rest-xml';
  if (rest)
    readBindings(
      shape,
      { labels: NO_LABELS, query: [], headers: response.headers, status: response.status },
      result,
      reading,
    );
  try {
    if (response.body.length > 0) Object.assign(result, readContent(model, shape, response.body, reading));
  } catch {
    return result;
  }
  return result;
}

function readContent(
  model: OperationModel,
  shape: Shape,
  body: Uint8Array,
  reading: Reading,
): Record<string, unknown> {
  if (model.protocol === 'query') {
    const { node } = parseXml(body, reading);
    const [inner] = childrenOf(node, `${model.name}Result`);
    return readXml(shape, inner ?? node, reading) as Record<string, unknown>;
  }
  if (model.protocol === 'ec2')
    return readXml(shape, parseXml(body, reading).node, reading) as Record<string, unknown>;
  if (isBareLocation(model)) return { LocationConstraint: textOf(parseXml(body, reading).node) };
  const rest = model.protocol === 'rest-json' || model.protocol === 'rest-xml';
  const payload = rest ? payloadOf(shape) : undefined;
  if (payload !== undefined) return readPayload(payload, body, model, reading);
  return rest && !hasAnswerBody(shape) ? {} : readBody(shape, body, model.protocol, reading);
}

function readPayload(
  { name, shape }: Member,
  body: Uint8Array,
  model: OperationModel,
  reading: Reading,
): Record<string, unknown> {
  if (shape.streaming) return {};
  switch (shape.kind) {
    case 'blob':
      return { [name]: new Uint8Array(body) };
    case 'document':
      return { [name]: readJson(shape, parseJson(body, reading), { nameOf: jsonName, reading }) };
    case 'struct':
    case 'union':
    case 'list':
    case 'map':
      return { [name]: readBody(shape, body, model.protocol, reading) };
    default:
      return { [name]: Buffer.from(body).toString('utf8') };
  }
}
