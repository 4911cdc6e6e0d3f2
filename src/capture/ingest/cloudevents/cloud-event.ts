import type { Json } from '../activity/activity.ts';

/** A CloudEvent, whichever way it came: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export type CloudEvent = {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string | undefined;
  readonly subject: string | undefined;
  readonly datacontenttype: string | undefined;
  readonly dataschema: string | undefined;
  /** Of other names. */
  readonly extensions: Readonly<Record<string, string | number | boolean>>;
  /** A JSON value; text; or, of other content, `{ base64 }`. Undefined: none. */
  readonly data: unknown;
};

export type Problem = { readonly problem: string };

const KNOWN: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'subject',
  'datacontenttype',
  'dataschema',
]);
const NAME = /^[a-z0-9]{1,64}$/;

/** From attributes by name, and data that was read already. */
export function cloudEventOf(attributes: Json, data: unknown): CloudEvent | Problem {
  if (attributes['specversion'] !== '1.0')
    return { problem: `specversion must be 1.0 (got ${shown(attributes['specversion'])})` };
  for (const name of ['id', 'source', 'type'])
    if (typeof attributes[name] !== 'string' || attributes[name] === '')
      return { problem: `${name} must be a string that is not empty` };
  for (const name of ['time', 'subject', 'datacontenttype', 'dataschema'])
    if (attributes[name] !== undefined && attributes[name] !== null && typeof attributes[name] !== 'string')
      return { problem: `${name} must be a string` };
  const extensions: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (KNOWN.has(name) || value === null) continue;
    if (!NAME.test(name)) return { problem: `${shown(name)} is not the name of an attribute` };
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      return { problem: `the attribute ${name} must be a string, a number or a boolean` };
    extensions[name] = value;
  }
  const text = (name: string) => (attributes[name] ?? undefined) as string | undefined;
  return {
    id: attributes['id'] as string,
    source: attributes['source'] as string,
    type: attributes['type'] as string,
    time: text('time'),
    subject: text('subject'),
    datacontenttype: text('datacontenttype'),
    dataschema: text('dataschema'),
    extensions,
    data,
  };
}

function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 100));
}
