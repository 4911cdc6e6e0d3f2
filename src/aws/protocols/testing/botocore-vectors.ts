import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Protocol } from '../protocol.ts';

/** botocore's protocol vectors, beside the repository; tests skip when they are not there. */
const FOLDER = fileURLToPath(
  new URL('../../../../../shared/vectors/aws-protocols/botocore/tests/unit/protocols/', import.meta.url),
);

export const vectorsPresent = existsSync(FOLDER);

export type BotoShape = {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotoRef>>;
  readonly member?: BotoRef;
  readonly key?: BotoRef;
  readonly value?: BotoRef;
  readonly required?: readonly string[];
  readonly payload?: string;
  readonly flattened?: boolean;
  readonly union?: boolean;
  readonly document?: boolean;
  readonly timestampFormat?: string;
  readonly locationName?: string;
  readonly xmlNamespace?: BotoNamespace;
  readonly streaming?: boolean;
};

export type BotoNamespace = { readonly uri: string; readonly prefix?: string } | string;

export type BotoRef = Pick<
  BotoShape,
  'locationName' | 'xmlNamespace' | 'flattened' | 'timestampFormat' | 'streaming'
> & {
  readonly shape: string;
  readonly location?: string;
  readonly jsonvalue?: boolean;
  readonly xmlAttribute?: boolean;
  readonly queryName?: string;
};

export type BotoOperation = {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: BotoRef;
  readonly output?: BotoRef;
};

export type BotoCase = {
  readonly id: string;
  readonly given: BotoOperation;
  readonly params?: unknown;
  readonly serialized?: {
    readonly method: string;
    readonly uri: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly result?: unknown;
  readonly error?: unknown;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly response?: {
    readonly status_code: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
};

export type BotoSuite = {
  readonly description: string;
  readonly metadata: {
    readonly protocol: string;
    readonly apiVersion: string;
    readonly xmlNamespace?: BotoNamespace;
  };
  readonly shapes: Readonly<Record<string, BotoShape>>;
  readonly cases: readonly BotoCase[];
};

export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  ec2: 'ec2',
  json: 'json',
  query: 'query',
  'rest-json': 'rest-json',
  'rest-xml': 'rest-xml',
  'smithy-rpc-v2-cbor': 'cbor',
};

export function readSuites(direction: 'input' | 'output', file: string): readonly BotoSuite[] {
  return JSON.parse(readFileSync(`${FOLDER}${direction}/${file}.json`, 'utf8')) as BotoSuite[];
}
