import { describe, expect, it } from 'vitest';

import { newDraft, type Draft } from './draft.ts';
import { bucketProblem, nameProblem, validate } from './validate.ts';

const draft: Draft = { ...newDraft({ accountId: '123456789012' }), name: 'main' };

describe('the name of a trail', () => {
  it.each(['abc', 'A.b-c_d', 'x'.repeat(128), '1.2.3.4.5'])('may be %s', (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each(['', 'ab', 'x'.repeat(129), 'a b', 'ä12', '-abc', 'abc-', 'a..b', 'a._b', '10.0.0.1', 'a/b'])(
    'may not be “%s”',
    (name) => expect(nameProblem(name)).toBeTypeOf('string'),
  );

  it('is told the character that cannot be part of it', () => {
    expect(nameProblem('my/trail')).toContain('“/”');
    expect(nameProblem('my trail')).toContain('A space');
  });
});

describe('the name of a bucket', () => {
  it.each(['abc', 'a.b-c', '1'.repeat(63)])('may be %s', (name) => {
    expect(bucketProblem(name)).toBeUndefined();
  });

  it.each(['', 'ab', 'x'.repeat(64), 'Upper', 'a_b', '-abc', 'abc.', 'a..b', 'a.-b', '1.2.3.4'])(
    'may not be “%s”',
    (name) => expect(bucketProblem(name)).toBeTypeOf('string'),
  );
});

describe('the form', () => {
  it('is well once it has a name', () => {
    expect(validate(draft)).toEqual({});
    expect(validate({ ...draft, name: '' })).toEqual({ name: 'Enter a name.' });
  });

  it.each<[string, Partial<Draft>]>([
    ['prefix', { prefix: 'x'.repeat(201) }],
    ['prefix', { prefix: '/logs' }],
    ['prefix', { prefix: 'a/../b' }],
    ['kms', { kmsChoice: 'existing', kms: 'cloudtrail' }],
    ['kms', { kmsChoice: 'new', kms: 'aws/mine' }],
    ['topic', { topicChoice: 'new', topic: 'a b' }],
    ['topic', { topicChoice: 'existing', topic: 'arn:aws:sqs:us-east-1:123456789012:q' }],
    ['logGroup', { logsChoice: 'new', logGroup: 'a b' }],
    ['logGroup', { logsChoice: 'existing', logGroup: 'arn:aws:logs:us-east-1:1:log-group:g' }],
    ['role', { logsChoice: 'new', logGroup: 'g', role: 'a/b' }],
    ['aggregation', { aggregation: ['API_ACTIVITY'] }],
    ['tags', { tags: [{ key: '', value: 'v' }] }],
    ['tags', { tags: [{ key: 'k', value: "it's" }] }],
    ['tags', { tags: [{ key: 'aws:x', value: '' }] }],
    ['tags', { tags: [{ key: 'k', value: 'a' }, { key: 'k', value: 'b' }] }], // prettier-ignore
    ['tags', { tags: Array.from({ length: 51 }, (_, n) => ({ key: `k${n}`, value: '' })) }],
  ])('says what is wrong with %s', (field, changes) => {
    expect(Object.keys(validate({ ...draft, ...changes }))).toEqual([field]);
  });

  it.each<Partial<Draft>>([
    { kmsChoice: 'existing', kms: 'alias/cloudtrail' },
    {
      kmsChoice: 'existing',
      kms: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
    { kmsChoice: 'existing', kms: '1234abcd-12ab-34cd-56ef-1234567890ab' },
    { topicChoice: 'existing', topic: 'arn:aws:sns:us-east-1:123456789012:t' },
    { logsChoice: 'existing', logGroup: 'arn:aws:logs:us-east-1:123456789012:log-group:a/b:*' },
    {
      logsChoice: 'new',
      logGroup: 'g',
      roleChoice: 'existing',
      role: 'arn:aws:iam::123456789012:role/path/r',
    },
    {
      tags: [
        { key: 'Owner', value: 'a b/c@d' },
        { key: '', value: '' },
      ],
    },
  ])('takes %o', (changes) => {
    expect(validate({ ...draft, ...changes })).toEqual({});
  });

  it('lets nothing be made anew that is there', () => {
    const listed = (name: string) => ({ state: 'listed', names: [name], whole: true }) as const;
    const all: Draft = {
      ...draft,
      bucket: 'logs',
      kmsChoice: 'new',
      kms: 'trail',
      topicChoice: 'new',
      topic: 'told',
      logsChoice: 'new',
      logGroup: 'group',
      role: 'role',
    };
    const lists = {
      buckets: listed('logs'),
      keys: listed('alias/trail'),
      topics: listed('told'),
      logGroups: listed('group'),
      roles: listed('role'),
    };
    expect(Object.keys(validate(all, lists))).toEqual(['bucket', 'kms', 'topic', 'logGroup', 'role']);
    expect(validate(all, {})).toEqual({});
  });
});
