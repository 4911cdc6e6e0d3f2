import { describe, expect, it } from 'vitest';

import { AwsError } from '../errors.ts';
import { createModels, modelOf } from '../models/index.ts';
import { parseError, parseRequest, parseResponse, parseXmlPlain } from './index.ts';
import type { Protocol } from './protocol.ts';
import { openSdk, sampleInput } from './testing/sdk-requests.ts';

const CALLS: readonly (readonly [string, string, Protocol])[] = [
  ['cloudtrail', 'CreateTrail', 'json'],
  ['dynamodb', 'PutItem', 'json'],
  ['iam', 'CreateRole', 'query'],
  ['ec2', 'RunInstances', 'ec2'],
  ['lambda', 'CreateFunction', 'rest-json'],
  ['s3', 'PutBucketLifecycleConfiguration', 'rest-xml'],
  ['route53', 'ChangeResourceRecordSets', 'rest-xml'],
];

/** The same bytes every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

const SPLICES = [
  '<',
  '>',
  '&',
  '"',
  '{',
  '[',
  '%',
  '=',
  '.',
  '\\u0000',
  '__proto__',
  '<!DOCTYPE x>',
  '&#x1F;',
  '<![CDATA[',
  '1e999',
  '\u00ff',
];

function damage(bytes: Uint8Array, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return Buffer.from(SPLICES[random(SPLICES.length)] ?? '');
  const at = random(copy.length);
  switch (random(4)) {
    case 0:
      copy[at] = random(256);
      return copy;
    case 1:
      return copy.subarray(0, at);
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(random(copy.length))]);
    default:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(SPLICES[random(SPLICES.length)] ?? ''),
        copy.subarray(at),
      ]);
  }
}

const models = createModels();

describe('damaged messages', () => {
  it.each(CALLS)(
    'of %s %s are refused with an AWS error or read, never anything else',
    async (service, operation, protocol) => {
      const loaded = await models.load(service);
      const model = loaded && modelOf(loaded, operation, protocol);
      if (model === undefined) expect.unreachable(operation);
      const specifier = models.packages().find((one) => one.signingName === service)?.specifier ?? '';
      const request = await openSdk((await import(specifier)) as Record<string, unknown>)(
        operation,
        sampleInput(model),
      );
      const random = randomFrom(7);
      let body: Uint8Array = Buffer.from(request.body ?? '');
      let refused = 0;
      for (let round = 0; round < 400; round++) {
        body = damage(round % 10 === 0 ? Buffer.from(request.body ?? '') : body, random);
        try {
          parseRequest(model, { ...request, body }, { lenient: round % 2 === 0 });
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
          refused++;
        }
        const answer = { status: random(600), headers: request.headers, body };
        expect(() => [
          parseResponse(model, answer),
          parseError(protocol, answer),
          parseXmlPlain(body),
        ]).not.toThrow();
      }
      expect(refused).toBeGreaterThan(10);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
    30_000,
  );
});
