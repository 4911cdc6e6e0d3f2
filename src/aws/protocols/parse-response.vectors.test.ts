import { describe, expect, it } from 'vitest';

import type { OperationModel } from '../models/operation-model.ts';
import { parseError } from './parse-error.ts';
import { parseResponse } from './parse-response.ts';
import type { WireResponse } from './protocol.ts';
import { serializeResponse } from './serialize-response.ts';
import { modelOfVector } from './testing/botocore-schemas.ts';
import { readSuites, vectorsPresent, type BotoCase } from './testing/botocore-vectors.ts';
import { comparable } from './testing/comparable.ts';

const FILES = ['ec2', 'json', 'json_1_0', 'query', 'rest-json', 'rest-xml', 'smithy-rpc-v2-cbor'];

/** Members with an empty prefix take every header, ours included; and no header at all is no map here, an empty one in botocore. */
const OTHERWISE: ReadonlySet<string> = new Set([
  'HttpPrefixHeadersResponse: written and read again',
  'HttpPrefixHeadersAreNotPresent',
]);

function responseOf(model: OperationModel, { response }: BotoCase): WireResponse {
  const headers = Object.entries(response?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const body = Buffer.from(response?.body ?? '', model.protocol === 'cbor' ? 'base64' : 'utf8');
  return {
    status: response?.status_code ?? 200,
    headers: Object.fromEntries(headers) as WireResponse['headers'],
    body,
  };
}

describe.skipIf(!vectorsPresent).each(FILES)('answers of botocore read: %s', (file) => {
  for (const suite of vectorsPresent ? readSuites('output', file) : []) {
    for (const vector of suite.cases) {
      const model = modelOfVector(suite, vector.given);
      if (vector.errorCode !== undefined) {
        it(`${vector.id}: error code and message`, () => {
          const error = parseError(model.protocol, responseOf(model, vector));
          expect(error?.code).toBe(vector.errorCode);
          if (vector.errorMessage !== undefined) expect(error?.message).toBe(vector.errorMessage);
        });
        continue;
      }
      it.skipIf(OTHERWISE.has(vector.id))(vector.id, () => {
        const read = parseResponse(model, responseOf(model, vector));
        expect(comparable(model, 'output', read)).toEqual(comparable(model, 'output', vector.result));
      });
      it.skipIf(OTHERWISE.has(`${vector.id}: written and read again`))(
        `${vector.id}: written and read again`,
        () => {
          const output = parseResponse(model, responseOf(model, vector));
          const { status, headers, body } = serializeResponse(model, { output }, 'id-1');
          const again = parseResponse(model, {
            status,
            headers,
            body: (body as Uint8Array | undefined) ?? new Uint8Array(),
          });
          expect(comparable(model, 'output', again)).toEqual(comparable(model, 'output', output));
        },
      );
    }
  }
});
