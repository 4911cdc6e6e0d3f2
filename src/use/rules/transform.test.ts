import { describe, expect, it } from 'vitest';

import { checkTransform, inputOf } from './transform.ts';
import type { Target } from './target.ts';

const EVENT = {
  version: '0',
  id: 'e1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2026-11-30T10:00:00Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-1'],
  detail: { state: 'running', count: 2, tags: [{ k: 'a' }, { k: 'b' }], text: 'say "hi"', none: null },
};
const BODY = JSON.stringify(EVENT);
const ABOUT = { ruleArn: 'arn:aws:events:us-east-1:123456789012:rule/r', ruleName: 'r', acceptedAt: 0 };

const target = (more: Partial<Target>): Target => ({
  Id: 't',
  Arn: 'arn:aws:sns:us-east-1:123456789012:t',
  ...more,
});
const made = (more: Partial<Target>) => inputOf(target(more), BODY, ABOUT);
const template = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  made({ InputTransformer: { InputTemplate, InputPathsMap } });
const complaint = (more: Partial<Target>) => {
  try {
    checkTransform(target(more));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the input of a target', () => {
  it('is the event, a constant, or a part', () => {
    expect(made({})).toBe(BODY);
    expect(made({ Input: '{"a":1}' })).toBe('{"a":1}');
    expect(made({ InputPath: '$.detail' })).toBe(JSON.stringify(EVENT.detail));
    expect(made({ InputPath: '$.detail.tags[1].k' })).toBe('"b"');
    expect(made({ InputPath: '$' })).toBe(BODY);
  });

  it.each([
    [
      '"<i> is <s>"',
      { i: '$.resources[0]', s: '$.detail.state' },
      '"arn:aws:ec2:us-east-1:123456789012:instance/i-1 is running"',
    ],
    [
      '{"state": <s>, "n": <n>, "tags": <t>}',
      { s: '$.detail.state', n: '$.detail.count', t: '$.detail.tags[*].k' },
      '{"state": "running", "n": 2, "tags": ["a","b"]}',
    ],
    [
      '{"told": "state <s>, tags <t>"}',
      { s: '$.detail.state', t: '$.detail.tags' },
      '{"told": "state running, tags [{"k":"a"},{"k":"b"}]"}',
    ],
    ['"<x>"', { x: '$.detail.text' }, '"say "hi""'],
    ['"[<x>]"', { x: '$.detail.missing' }, '"[]"'],
    ['{"x": <x>}', { x: '$.detail.none' }, '{"x": null}'],
    ['"<unknown> <b>"', {}, '"<unknown> <b>"'],
    [String.raw`"a \" <s>"`, { s: '$.detail.state' }, String.raw`"a \" running"`],
    ['"<aws.events.rule-name> <aws.events.rule-arn>"', {}, `"r ${ABOUT.ruleArn}"`],
    ['"<aws.events.event.ingestion-time>"', {}, '"1970-01-01T00:00:00.000Z"'],
    ['{"all": <aws.events.event.json>}', {}, `{"all": ${BODY}}`],
    ['"<d>"', { d: "$['detail-type']" }, `"${EVENT['detail-type']}"`],
    ['"<d>"', { d: '$.detail-type' }, `"${EVENT['detail-type']}"`],
  ])('is made by the template %s', (text, paths, expected) => {
    expect(template(text, paths)).toBe(expected);
  });

  it('has the event without its detail for <aws.events.event>', () => {
    const { detail: _detail, ...envelope } = EVENT;
    expect(template('<aws.events.event>')).toBe(JSON.stringify(envelope));
  });
});

describe('a target', () => {
  it.each([
    [
      { Input: '{}', InputPath: '$' },
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    ],
    [{ Input: 'no json' }, 'JSON syntax error in input for target t.'],
    [{ InputPath: 'detail' }, 'Invalid InputPath for target t.'],
    [{ InputPath: '$..x' }, 'Invalid InputPath for target t.'],
    [
      { InputTransformer: { InputTemplate: '{"a": <b>', InputPathsMap: { b: '$.x' } } },
      'Invalid InputTemplate for target t',
    ],
    [{ InputTransformer: { InputTemplate: 'bare words' } }, 'Invalid InputTemplate for target t'],
    [
      { InputTransformer: { InputTemplate: '{"<b>": 1}', InputPathsMap: { b: '$.x' } } },
      'a placeholder can not be a key',
    ],
    [
      { InputTransformer: { InputTemplate: '"x"', InputPathsMap: { 'aws.x': '$.x' } } },
      'Invalid key "aws.x"',
    ],
    [{ InputTransformer: { InputTemplate: '"x"', InputPathsMap: { x: 'y' } } }, 'Invalid value "y"'],
  ])('is refused for %j', (more, message) => {
    expect(complaint(more)).toContain(message);
  });

  it('may have a text of several lines', () => {
    expect(
      complaint({ InputTransformer: { InputTemplate: '"one <a>"\n"two"', InputPathsMap: { a: '$.x' } } }),
    ).toBeUndefined();
  });
});
