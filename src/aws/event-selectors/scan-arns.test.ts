import { describe, expect, it } from 'vitest';

import { columnsOf } from '../../record/columns.ts';
import { factsOf } from './event-facts.ts';
import { scanArns } from './scan-arns.ts';

const A = 'arn:aws:s3:::logs/a';
const B = 'arn:aws:s3:::logs/ä';

describe('ARNs that a record mentions', () => {
  it.each([
    ['none', {}, []],
    ['those of the resources', { resources: [{ ARN: A }, { ARNPrefix: B }] }, [A, B]],
    ['also what stands elsewhere', { requestParameters: { ARN: A }, resources: [{ ARN: B }] }, [A, B]],
    ['no members of another name', { resources: [{ arn: A, ARNS: 7, type: 'ARN' }] }, []],
    ['no other values', { resources: [{ ARN: null }, { ARN: { ARN: A } }, { ARN: '' }] }, [A]],
  ])('are found: %s', (_what, record, expected) => {
    expect(scanArns(Buffer.from(JSON.stringify(record)))).toEqual(expected);
    expect(scanArns(Buffer.from(JSON.stringify(record, null, 3)))).toEqual(expected);
  });

  it.each(['', '"ARN', '"ARN"', '"ARN":', '"ARN" : "', '"ARN":"x', '"ARN"x"ARN":"y"'])(
    'end with a text that is cut off: %j',
    (text) => {
      expect(scanArns(Buffer.from(text)).length).toBeLessThanOrEqual(1);
    },
  );

  it('are those of the resources where anything is escaped', () => {
    const raw = Buffer.from(String.raw`{"resources":[{"ARN":"arn:aws:s3:::logs\/a"}]}`);
    expect(factsOf({ columns: columnsOf({}), raw }).mentionedArns()).toEqual([A]);
  });
});
