import { isObject, textAt } from '../../../events/record.ts';
import type { TrailEvent } from '../../../events/trail-event.ts';
import { busEventOf } from './bus-event.ts';
import { laidOut } from './readable.ts';

/** A condition that an event suggests: one more field of the pattern. */
export type Narrowing = {
  readonly id: string;
  readonly label: string;
  /** Keys from the top. */
  readonly path: readonly string[];
  readonly values: readonly string[];
};

type Json = Readonly<Record<string, unknown>>;

/** What happened again: the same call of the same service. */
export function patternOf(event: TrailEvent): string {
  const { source, 'detail-type': type } = busEventOf(event);
  const detail = {
    ...(event.source === '' ? {} : { eventSource: [event.source] }),
    eventName: [event.name],
  };
  return laidOut(JSON.stringify({ source: [source], 'detail-type': [type], detail }));
}

/** By whom, how it ended, from where: each may be asked for as well. */
export function narrowingsOf(event: TrailEvent): readonly Narrowing[] {
  const { record } = event;
  const issuer = textAt(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn');
  const options: (Narrowing | false)[] = [
    issuer !== '' && {
      id: 'role',
      label: `by the role ${issuer.split('/').at(-1)}`,
      path: ['detail', 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn'],
      values: [issuer],
    },
    issuer === '' &&
      event.userArn !== '' && {
        id: 'user',
        label: `by ${event.username || event.userArn}`,
        path: ['detail', 'userIdentity', 'arn'],
        values: [event.userArn],
      },
    event.errorCode !== '' && {
      id: 'error',
      label: `failing with ${event.errorCode}`,
      path: ['detail', 'errorCode'],
      values: [event.errorCode],
    },
    event.sourceIp !== '' && {
      id: 'address',
      label: `from ${event.sourceIp}`,
      path: ['detail', 'sourceIPAddress'],
      values: [event.sourceIp],
    },
  ];
  return options.filter((option) => option !== false);
}

/** Undefined where the text is no JSON object: nothing can be added to it. */
export function isNarrowed(text: string, { path, values }: Narrowing): boolean | undefined {
  const pattern = parse(text);
  if (pattern === undefined) return undefined;
  let at: unknown = pattern;
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return Array.isArray(at) && values.every((value) => at.includes(value));
}

/** The pattern with the condition, or without. */
export function narrowed(text: string, { path, values }: Narrowing, on: boolean): string {
  const pattern = parse(text);
  return pattern === undefined
    ? text
    : laidOut(JSON.stringify(placed(pattern, path, on ? values : undefined)));
}

function placed(object: Json, [key = '', ...rest]: readonly string[], values: unknown): Json {
  const { [key]: inner, ...others } = object;
  if (rest.length === 0) return values === undefined ? others : { ...object, [key]: values };
  const below = placed(isObject(inner) ? inner : {}, rest, values);
  return Object.keys(below).length === 0 ? others : { ...object, [key]: below };
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
