import { AwsError } from '../errors.ts';
import type { Protocol } from './protocol.ts';

/** How to treat what does not fit the model: our own operations refuse it, the recorder takes what it can get. */
export type Reading = {
  readonly strict: boolean;
  /** The error of the protocol for something that cannot be read. */
  readonly refuse: (message: string, cause?: unknown) => AwsError;
};

/** Deeper values than any AWS model has, and far less than the stack can bear. */
export const MAX_DEPTH = 100;

export function readingOf(protocol: Protocol, strict: boolean): Reading {
  const code = CODES[protocol];
  return { strict, refuse: (message, cause) => new AwsError(code, message, { status: 400, cause }) };
}

const CODES: Readonly<Record<Protocol, string>> = {
  json: 'SerializationException',
  'rest-json': 'SerializationException',
  cbor: 'SerializationException',
  'rest-xml': 'MalformedXML',
  query: 'MalformedInput',
  ec2: 'MalformedInput',
  unknown: 'SerializationException',
};

/** Sets a key that came from outside; `__proto__` becomes an ordinary key. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
