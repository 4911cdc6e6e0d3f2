import { describe, expect, it } from 'vitest';

import { ApiError } from '../aws/errors.ts';
import { available, MOST_PAGES } from './available.ts';

type Json = Readonly<Record<string, unknown>>;
const { signal } = new AbortController();

/** Answers JSON operations only, and keeps what it was asked. */
function apiThat(answer: (input: Json, asked: number) => Json) {
  const asked: Json[] = [];
  const none = () => Promise.reject(new TypeError('not asked here'));
  const json = async (_service: string, _operation: string, input: object) => {
    asked.push(input as Json);
    return answer(input as Json, asked.length);
  };
  return { asked, api: { json, query: none, s3: none } };
}

describe('what there is to choose from', () => {
  it('is asked page by page until the last', async () => {
    const { api, asked } = apiThat((_input, page) => ({
      logGroups: [{ logGroupName: `group-${page}` }],
      ...(page < 3 ? { nextToken: `after-${page}` } : {}),
    }));
    expect(await available(api, 'logGroups', signal)).toEqual({
      state: 'listed',
      names: ['group-1', 'group-2', 'group-3'],
      whole: true,
    });
    expect(asked.map(({ nextToken }) => nextToken)).toEqual([undefined, 'after-1', 'after-2']);
  });

  it('leaves out aliases that nobody may use', async () => {
    const { api } = apiThat(() => ({
      Aliases: [
        { AliasName: 'alias/ledger', TargetKeyId: '1' },
        { AliasName: 'alias/aws/s3', TargetKeyId: '2' },
        { AliasName: 'alias/without-key' },
      ],
      Truncated: false,
    }));
    expect(await available(api, 'keys', signal)).toMatchObject({ names: ['alias/ledger'], whole: true });
  });

  it('says so where it is too much to be asked for', async () => {
    const { api, asked } = apiThat((_input, page) => ({ logGroups: [], nextToken: `after-${page}` }));
    expect(await available(api, 'logGroups', signal)).toMatchObject({ whole: false });
    expect(asked).toHaveLength(MOST_PAGES);
  });

  it('ends where a server repeats itself', async () => {
    const { api, asked } = apiThat(() => ({ logGroups: [{ logGroupName: 'one' }], nextToken: 'again' }));
    expect(await available(api, 'logGroups', signal)).toMatchObject({ names: ['one'] });
    expect(asked).toHaveLength(2);
  });

  it('may be typed where it may not be listed', async () => {
    const { api } = apiThat(() => {
      const message = 'User: u is not authorized to perform: logs:DescribeLogGroups on resource: *';
      throw new ApiError({ code: 'AccessDeniedException', message, status: 400 });
    });
    expect(await available(api, 'logGroups', signal)).toEqual({
      state: 'unknown',
      why: 'Not listed: logs:DescribeLogGroups is not permitted to you.',
    });
  });
});
