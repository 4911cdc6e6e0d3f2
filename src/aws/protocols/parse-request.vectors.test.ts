import { describe, expect, it } from 'vitest';

import { parseRequest } from './parse-request.ts';
import { modelOfVector } from './testing/botocore-schemas.ts';
import { readSuites, vectorsPresent, type BotoCase } from './testing/botocore-vectors.ts';
import { comparable } from './testing/comparable.ts';
import type { OperationModel } from '../models/operation-model.ts';

const FILES = ['ec2', 'json', 'json_1_0', 'query', 'rest-json', 'rest-xml', 'smithy-rpc-v2-cbor'];

/** Vectors that only make sense forwards, with the reason. */
const ONE_WAY: readonly (readonly [RegExp, string])[] = [
  [/^SDKApp(lied|end(s|ed))/, 'the vector leaves the compressed body out'],
  [/IdempotencyTokenAutoFill$/, 'the client fills in what was not given'],
  [/EmptyQuery(Lists|Maps)$/, 'nothing is sent for the empty value'],
  [/PrefixHeadersAreNotPresent$/, 'nothing is sent for the empty map'],
  [/NullAndEmptyHeaders$/, 'nothing is sent for the empty values'],
  [/OmitsEmptyListQueryValues$/, 'nothing is sent for the empty list'],
  [
    /^RestJsonHttpWith(EmptyStructurePayload|HeadersButNoPayload)$/,
    'an empty structure is sent where none was given',
  ],
];

function isOneWay(id: string): boolean {
  return ONE_WAY.some(([pattern]) => pattern.test(id));
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
      it.skipIf(isOneWay(vector.id))(vector.id, () => {
        const model = modelOfVector(suite, vector.given);
        const read = parseRequest(model, requestOf(model, vector));
        expect(comparable(model, 'input', read)).toEqual(comparable(model, 'input', vector.params));
      });
    }
  }
});
