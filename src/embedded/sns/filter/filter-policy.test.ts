import { describe, expect, it } from 'vitest';

import type { Attributes } from '../message.ts';
import { accepts } from './accepts.ts';
import { readFilterPolicy, type FilterScope } from './filter-policy.ts';

const wants = (scope: FilterScope, policy: unknown, given: { message?: string; attributes?: Attributes }) =>
  accepts(readFilterPolicy(JSON.stringify(policy), scope), scope, { message: '', attributes: {}, ...given });

const text = (Value: string) => ({ Type: 'String', Value });
const number = (Value: string) => ({ Type: 'Number', Value });
const array = (Value: string) => ({ Type: 'String.Array', Value });

describe('a filter over attributes', () => {
  it.each<[string, unknown, Attributes, boolean]>([
    ['the same text', { a: ['x'] }, { a: text('x') }, true],
    ['another case', { a: ['x'] }, { a: text('X') }, false],
    ['one of several', { a: ['x', 'y'] }, { a: text('y') }, true],
    ['every key', { a: ['x'], b: ['y'] }, { a: text('x') }, false],
    ['keys that are not asked for', { a: ['x'] }, { a: text('x'), b: text('z') }, true],
    ['a number', { a: [1.5] }, { a: number('1.50') }, true],
    ['a number as text', { a: [1] }, { a: text('1') }, false],
    ['a text as number', { a: ['1'] }, { a: number('1') }, false],
    ['an element of a list', { a: ['y'] }, { a: array('["x","y"]') }, true],
    ['true in a list', { a: [true] }, { a: array('[true]') }, true],
    ['bytes', { a: ['eA=='] }, { a: { Type: 'Binary', Value: 'eA==' } }, false],
    ['nothing, by null', { a: [null] }, {}, true],
    ['a prefix', { a: [{ prefix: 'ab' }] }, { a: text('abc') }, true],
    ['no prefix', { a: [{ prefix: 'b' }] }, { a: text('abc') }, false],
    ['a suffix', { a: [{ suffix: 'bc' }] }, { a: text('abc') }, true],
    ['without regard to case', { a: [{ 'equals-ignore-case': 'ABC' }] }, { a: text('abC') }, true],
    ['anything but', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: text('z') }, true],
    ['anything but it', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: text('y') }, false],
    ['anything but, not there', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['anything but numbers', { a: [{ 'anything-but': [1] }] }, { a: number('2') }, true],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: text('xy') }, false],
    ['there', { a: [{ exists: true }] }, { a: text('x') }, true],
    ['not there', { a: [{ exists: false }] }, {}, true],
    ['there though it should not', { a: [{ exists: false }] }, { a: text('x') }, false],
    ['within a block', { a: [{ cidr: '10.0.0.0/24' }] }, { a: text('10.0.0.7') }, true],
    ['out of a block', { a: [{ cidr: '10.0.0.0/24' }] }, { a: text('10.0.1.7') }, false],
    ['in a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: number('5') }, true],
    ['at the open end', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: number('0') }, false],
    ['equal to five digits', { a: [{ numeric: ['=', 0.3] }] }, { a: number('0.3000001') }, true],
    ['one of alternatives', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: text('y') }, true],
    ['none of alternatives', { c: ['z'], $or: [{ a: ['x'] }, { b: ['y'] }] }, { c: text('z') }, false],
    ['names of every object', { constructor: [{ exists: true }] }, {}, false],
  ])('takes %s', (_what, policy, attributes, expected) => {
    expect(wants('MessageAttributes', policy, { attributes })).toBe(expected);
  });
});

describe('a filter over bodies', () => {
  it.each<[string, unknown, string, boolean]>([
    ['a key', { a: ['x'] }, '{"a":"x"}', true],
    ['a key within', { a: { b: [{ prefix: 'x' }] } }, '{"a":{"b":"xy"}}', true],
    ['another key within', { a: { b: ['x'] } }, '{"a":{"c":"x"}}', false],
    ['a list', { a: ['x'] }, '{"a":["w","x"]}', true],
    ['objects in a list', { a: { b: [2] } }, '{"a":[{"b":1},{"b":2}]}', true],
    ['null', { a: [null] }, '{"a":null}', true],
    ['no JSON', { a: [{ exists: false }] }, 'hello', false],
    ['no object', { a: [{ exists: false }] }, '[]', false],
  ])('takes %s', (_what, policy, message, expected) => {
    expect(wants('MessageBody', policy, { message })).toBe(expected);
  });
});

describe('a filter policy', () => {
  const many = Array.from({ length: 151 }, (_, n) => n);
  it.each<[string, FilterScope, string]>([
    ['failed to parse JSON', 'MessageBody', '{'],
    ['Filter is not an object', 'MessageBody', '[]'],
    ['"a" must be an object or an array', 'MessageBody', '{"a":"x"}'],
    ['Match value must be String, number, true, false, or null', 'MessageBody', '{"a":[["x"]]}'],
    ['Unrecognized match type wildcard', 'MessageBody', '{"a":[{"wildcard":"x"}]}'],
    ['Unrecognized match type __proto__', 'MessageBody', '{"a":[{"__proto__":"x"}]}'],
    ['Only one key allowed in match expression', 'MessageBody', '{"a":[{"prefix":"x","suffix":"y"}]}'],
    ['prefix match pattern must be a string', 'MessageBody', '{"a":[{"prefix":1}]}'],
    ['exists match pattern must be either true or false.', 'MessageBody', '{"a":[{"exists":"no"}]}'],
    ['Invalid member in numeric match: ]', 'MessageBody', '{"a":[{"numeric":[]}]}'],
    ['Unrecognized numeric range operator: x', 'MessageBody', '{"a":[{"numeric":["x"]}]}'],
    ['Value of >= must be numeric', 'MessageBody', '{"a":[{"numeric":[">="]}]}'],
    ['Value of equals must be numeric', 'MessageBody', '{"a":[{"numeric":["=","1"]}]}'],
    ['Bottom must be less than top', 'MessageBody', '{"a":[{"numeric":[">",3,"<",1]}]}'],
    ['Too many elements in numeric expression', 'MessageBody', '{"a":[{"numeric":["<",1,">",0]}]}'],
    ['Bad numeric range operator: >', 'MessageBody', '{"a":[{"numeric":[">=",1,">",2]}]}'],
    ['Filter policy is too complex', 'MessageBody', JSON.stringify({ a: many })],
    [
      'Filter policy can not have more than 5 keys',
      'MessageBody',
      '{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}',
    ],
  ])('is refused: %s', (complaint, scope, policy) => {
    expect(() => readFilterPolicy(policy, scope)).toThrow(`FilterPolicy: ${complaint}`);
  });

  it('over attributes has no levels', () => {
    expect(() => readFilterPolicy('{"a":{"b":["x"]}}', 'MessageAttributes')).toThrow(
      'Filter policy scope MessageAttributes does not support nested filter policy',
    );
  });
});
