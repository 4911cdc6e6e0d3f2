import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../events/trail-event.ts';
import { leftOutOf } from './left-out.ts';

const leftOut = (record: object) => leftOutOf(fromRecord(JSON.stringify(record)));

describe('leftOutOf', () => {
  it('names every redacted or omitted value by its path, with the reason', () => {
    const found = leftOut({
      requestParameters: {
        masterUserPassword: 'HIDDEN_DUE_TO_SECURITY_REASONS',
        items: [{ userData: '<sensitiveDataRemoved>' }, 'plain'],
      },
      responseElements: { omitted: true, originalSize: 204_800, reason: 'responseElements is too large' },
    });
    expect(found).toEqual([
      { path: 'requestParameters.masterUserPassword', what: 'redacted: it is or may be a secret' },
      { path: 'requestParameters.items[0].userData', what: 'redacted: EC2 holds it sensitive' },
      { path: 'responseElements', what: 'omitted: responseElements is too large, it had 204,800 bytes' },
    ]);
  });

  it('tells why parameters or the answer are missing, in the recorder’s words', () => {
    expect(
      leftOut({
        requestParameters: null,
        additionalEventData: {
          requestParametersUnavailable: 'the body was not read',
          outcome: 'unknown',
          reason: 'the server ended before the answer was known',
        },
      }).map(({ path, what }) => `${path}: ${what}`),
    ).toEqual([
      'requestParameters: not recorded: the body was not read',
      'responseElements: not known: the call went out, and nothing tells what became of it (the server ended before the answer was known)',
    ]);
  });

  it('tells a text that was cut at a kilobyte from one that is shorter or was never cut', () => {
    expect(leftOut({ errorMessage: 'é'.repeat(512), userAgent: 'a'.repeat(1000) })).toEqual([
      { path: 'errorMessage', what: 'cut off after 1 KB' },
    ]);
    expect(leftOut({ errorMessage: 'a'.repeat(2000) })).toEqual([]);
  });

  it('says of secrets without a mark that they are never recorded', () => {
    expect(leftOut({ eventSource: 'iam.amazonaws.com', eventName: 'CreateAccessKey' })).toEqual([
      { path: '', what: 'The secret access key is never recorded, as in AWS' },
    ]);
  });

  it('stops at hostile depth and number', () => {
    const deep = '{"a":'.repeat(5000) + '1' + '}'.repeat(5000);
    expect(leftOutOf(fromRecord(`{"requestParameters":${deep}}`))).toEqual([]);
    expect(leftOut({ requestParameters: Array.from({ length: 500 }, () => '***') })).toHaveLength(50);
  });
});
