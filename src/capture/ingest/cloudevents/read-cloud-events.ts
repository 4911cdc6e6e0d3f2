import type { Headers } from '../../../aws/protocols/protocol.ts';
import type { Json } from '../activity/activity.ts';
import { isObject } from '../activity/check-event-data.ts';
import { cloudEventOf, type CloudEvent, type Problem } from './cloud-event.ts';

export type CloudEventsRequest = { readonly headers: Headers; readonly body: Uint8Array };

/** `unsupported`: the content type says that these are no CloudEvents, or not in JSON. */
export type ReadCloudEvents =
  { readonly events: readonly (CloudEvent | Problem)[] } | { readonly unsupported: string } | Problem;

/**
 * Structured, batched and binary content mode:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export function readCloudEvents({ headers, body }: CloudEventsRequest): ReadCloudEvents {
  const contentType = headers['content-type'] ?? '';
  const media = mediaTypeOf(contentType);
  if (!isUtf8(contentType)) return { unsupported: `the charset of ${contentType} is not UTF-8` };
  if (media === 'application/cloudevents+json') return structured(body);
  if (media === 'application/cloudevents-batch+json') return batch(body);
  if (media.startsWith('application/cloudevents'))
    return { unsupported: `${media}: events are taken in JSON, or in binary mode` };
  if (headers['ce-specversion'] === undefined)
    return {
      unsupported: `neither the content type (${media === '' ? 'none' : media}) nor ce-… headers say that this is a CloudEvent`,
    };
  const event = binary(headers, media, body);
  return 'problem' in event ? event : { events: [event] };
}

function structured(body: Uint8Array): ReadCloudEvents {
  const value = parsed(body);
  if (!isObject(value)) return { problem: 'the body is not a JSON object' };
  return { events: [ofJson(value)] };
}

function batch(body: Uint8Array): ReadCloudEvents {
  const value = parsed(body);
  if (!Array.isArray(value)) return { problem: 'the body is not a JSON array' };
  return {
    events: value.map((one: unknown) => (isObject(one) ? ofJson(one) : { problem: 'is not a JSON object' })),
  };
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function ofJson(value: Json): CloudEvent | Problem {
  const { data, data_base64: base64, ...attributes } = value;
  if (base64 === undefined || base64 === null) return cloudEventOf(attributes, data ?? undefined);
  if (data !== undefined) return { problem: 'has both data and data_base64' };
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    return { problem: 'data_base64 is not base64' };
  const type = attributes['datacontenttype'];
  const read = dataOf(typeof type === 'string' ? mediaTypeOf(type) : '', Buffer.from(base64, 'base64'));
  return read === NOT_JSON ? { problem: 'data_base64 is not JSON' } : cloudEventOf(attributes, read);
}

function binary(headers: Headers, media: string, body: Uint8Array): CloudEvent | Problem {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-')) continue;
    const text = percentDecoded(value);
    if (text === undefined) return { problem: `the header ${name} is not rightly percent-encoded` };
    attributes[name.slice(3)] = text;
  }
  if (headers['content-type'] !== undefined) attributes['datacontenttype'] = headers['content-type'];
  if (body.length === 0) return cloudEventOf(attributes, undefined);
  const data = dataOf(media, body);
  return data === NOT_JSON ? { problem: 'the body is not JSON' } : cloudEventOf(attributes, data);
}

const NOT_JSON = Symbol('not JSON');

/** JSON as its value, text as a string, all else in base64. */
function dataOf(media: string, bytes: Uint8Array): unknown {
  if (/^application\/json$|\+json$/.test(media)) {
    const value = parsed(bytes);
    return value === undefined ? NOT_JSON : value;
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (media.startsWith('text/') || /^application\/xml$|\+xml$/.test(media)) return buffer.toString('utf8');
  return { base64: buffer.toString('base64') };
}

/** Undefined when it is not JSON, which no JSON value is. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

function isUtf8(contentType: string): boolean {
  const charset = /;\s*charset=("?)([^";\s]+)\1/i.exec(contentType)?.[2]?.toLowerCase();
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii';
}

/** Header values are percent-encoded UTF-8; a stray percent sign is a mistake. */
function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value.replace(/^"(.*)"$/s, '$1'));
  } catch {
    return undefined;
  }
}
