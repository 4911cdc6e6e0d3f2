import { describe, expect, it } from 'vitest';

import { parseRequest } from './parse-request.ts';
import { modelOfVector } from './testing/botocore-schemas.ts';
import { readSuites, vectorsPresent, type BotoCase } from './testing/botocore-vectors.ts';
import { comparable } from './testing/comparable.ts';
import type { OperationModel } from '../models/operation-model.ts';

const FILES = ['ec2', 'json', 'json_1_0', 'query', 'rest-json', 'rest-xml', 'smithy-rpc-v2-cbor'];

/** Vectors that cannot be read backwards: a compressed body is told by its headers alone, the vector leaves it out. */
const ONE_WAY = /^SDKApp(lied|end(s|ed))/;

/** Vectors whose empty values are not sent (or are where none was given): all else must come back. */
const EMPTY_IS_NOTHING = [
  /EmptyQuery(Lists|Maps)$/,
  /PrefixHeadersAreNotPresent$/,
  /NullAndEmptyHeaders$/,
  /OmitsEmptyListQueryValues$/,
  /^RestJsonHttpWith(EmptyStructurePayload|HeadersButNoPayload)$/,
];

/** What clients fill in where no token is given. */
const FILLED_IN = '00000000-0000-4000-8000-000000000000';

/** Without what the wire cannot say. */
function said(id: string, value: unknown): unknown {
  const emptyIsNothing = EMPTY_IS_NOTHING.some((pattern) => pattern.test(id));
  const tokenIsNothing = id.endsWith('IdempotencyTokenAutoFill');
  if (typeof value !== 'object' || value === null || !(emptyIsNothing || tokenIsNothing)) return value;
  const entries = Object.entries(value).filter(
    ([, one]) => !(tokenIsNothing && one === FILLED_IN) && !(emptyIsNothing && isEmpty(one)),
  );
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function requestOf(model: OperationModel, { serialized }: BotoCase) {
  const uri = serialized?.uri ?? '/';
  const at = uri.indexOf('?');
  const headers = Object.fromEntries(
    Object.entries(serialized?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: serialized?.method ?? 'POST',
    path: at === -1 ? uri : uri.slice(0, at),
    query: at === -1 ? '' : uri.slice(at + 1),
    headers,
    body: Buffer.from(serialized?.body ?? '', model.protocol === 'cbor' ? 'base64' : 'utf8'),
  };
}

describe.skipIf(!vectorsPresent).each(FILES)('requests of botocore read back: %s', (file) => {
  for (const suite of vectorsPresent ? readSuites('input', file) : []) {
    for (const vector of suite.cases) {
      it.skipIf(ONE_WAY.test(vector.id))(vector.id, () => {
        const model = modelOfVector(suite, vector.given);
        const read = parseRequest(model, requestOf(model, vector));
        expect(said(vector.id, comparable(model, 'input', read))).toEqual(
          said(vector.id, comparable(model, 'input', vector.params)),
        );
      });
    }
  }
});
