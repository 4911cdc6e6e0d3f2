import { describe, expect, it } from 'vitest';

import { checkSelectors } from './check-selectors.ts';
import { DEFAULT_SELECTORS, type AdvancedSelector, type Selectors } from './event-selectors.ts';
import { draftOf, problemsOf, selectorsOf, switchMode, type SelectorsDraft } from './selectors-draft.ts';

const data: AdvancedSelector = {
  Name: 'writes of the ledger',
  FieldSelectors: [
    { Field: 'eventCategory', Equals: ['Data'] },
    { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
    { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::ledger/'], NotEndsWith: ['.tmp'] },
    { Field: 'readOnly', Equals: ['false'] },
  ],
};

describe('the form of selectors', () => {
  it.each<[string, Selectors]>([
    ['the default', DEFAULT_SELECTORS],
    ['advanced ones', { AdvancedEventSelectors: [data] }],
    [
      'basic ones with data',
      {
        EventSelectors: [
          {
            ReadWriteType: 'WriteOnly',
            IncludeManagementEvents: true,
            DataResources: [
              { Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::a/', 'arn:aws:s3:::b/c'] },
              { Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda'] },
            ],
            ExcludeManagementEventSources: ['kms.amazonaws.com'],
          },
        ],
      },
    ],
  ])('gives back %s', (_name, selectors) => {
    const draft = draftOf(selectors);
    expect(draft.mode).not.toBe('json');
    expect(selectorsOf(draft)).toEqual(selectors);
    expect(problemsOf(draft)).toEqual([]);
  });

  it('keeps as JSON what it has no place for', () => {
    const twice = [...data.FieldSelectors, { Field: 'readOnly', Equals: ['true'] }];
    const selectors: Selectors = { AdvancedEventSelectors: [{ FieldSelectors: twice }] };
    const draft = draftOf(selectors);
    expect(draft.mode).toBe('json');
    expect(selectorsOf(draft)).toEqual(selectors);
  });

  it('goes on in advanced selectors with what was chosen simply', () => {
    const basic: SelectorsDraft = {
      ...draftOf(DEFAULT_SELECTORS),
      basic: {
        management: true,
        managementKind: 'All',
        excluded: ['kms.amazonaws.com'],
        data: [{ type: 'AWS::S3::Object', kind: 'WriteOnly', all: false, values: ['arn:aws:s3:::b/'] }],
      },
    };
    const advanced = switchMode(basic, 'advanced');
    expect(selectorsOf(advanced)).toEqual({
      AdvancedEventSelectors: [
        {
          Name: 'Management events',
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Management'] },
            { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
          ],
        },
        {
          Name: 'S3 Object',
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
            { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::b/'] },
            { Field: 'readOnly', Equals: ['false'] },
          ],
        },
      ],
    });
    expect(problemsOf(advanced)).toEqual([]);
    expect(selectorsOf(switchMode(advanced, 'json'))).toEqual(selectorsOf(advanced));
  });

  it('refuses to log nothing, and JSON that is none', () => {
    const nothing = draftOf(DEFAULT_SELECTORS);
    expect(problemsOf({ ...nothing, basic: { ...nothing.basic, management: false } })).toHaveLength(1);
    expect(problemsOf({ ...nothing, mode: 'json', json: '{"a":' })).toEqual([
      expect.stringMatching(/^This is no JSON: .+/),
    ]);
    expect(problemsOf({ ...nothing, mode: 'json', json: '{"a":1}' })).toEqual([
      expect.stringMatching(/^These are no event selectors: /),
    ]);
    expect(problemsOf({ ...nothing, mode: 'json', json: '[{"FieldSelectors":[{"Field":1}]}]' })).toHaveLength(
      1,
    );
  });
});

describe('rules of selectors', () => {
  const refused = (...FieldSelectors: AdvancedSelector['FieldSelectors']) =>
    checkSelectors({ AdvancedEventSelectors: [{ FieldSelectors }] }).join(' ');
  const category = (name: string) => ({ Field: 'eventCategory', Equals: [name] });
  const s3 = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };

  it.each<[string, AdvancedSelector['FieldSelectors']]>([
    ['eventCategory', []],
    ['Insight', [category('Insight')]],
    ['resources.type', [category('Data')]],
    ['eventName', [category('Management'), { Field: 'eventName', Equals: ['X'] }]],
    ['Equals', [category('Management'), { Field: 'eventSource', Equals: ['kms.amazonaws.com'] }]],
    ['s3.amazonaws.com', [category('Management'), { Field: 'eventSource', NotEquals: ['s3.amazonaws.com'] }]],
    ['bucket', [category('Data'), s3, { Field: 'resources.ARN', Equals: ['bucket/x'] }]],
    ['exactly one', [category('Data'), s3, { Field: 'readOnly', Equals: ['true', 'false'] }]],
    ['no operator', [category('Data'), s3, { Field: 'eventName' }]],
    ['no value', [category('Data'), s3, { Field: 'eventName', Equals: [] }]],
    ['eventSource', [category('NetworkActivity')]],
  ])('name %s', (word, fields) => expect(refused(...fields)).toContain(word));

  it('take what AWS takes', () => {
    expect(refused(category('Data'), s3, { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::b/'] })).toBe(
      '',
    );
    expect(
      refused(
        category('NetworkActivity'),
        { Field: 'eventSource', Equals: ['kms.amazonaws.com'] },
        { Field: 'errorCode', Equals: ['VpceAccessDenied'] },
      ),
    ).toBe('');
  });

  it('count values and resources', () => {
    const many = Array.from({ length: 501 }, (_, n) => `E${n}`);
    expect(refused(category('Data'), s3, { Field: 'eventName', Equals: many })).toContain('500');
    const Values = Array.from({ length: 251 }, (_, n) => `arn:aws:s3:::b${n}/`);
    const [first] = 'EventSelectors' in DEFAULT_SELECTORS ? DEFAULT_SELECTORS.EventSelectors : [];
    const basic = { ...first!, DataResources: [{ Type: 'AWS::S3::Object', Values }] };
    expect(checkSelectors({ EventSelectors: [basic] }).join()).toContain('250');
    const bare = { ...first!, DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::bucket'] }] };
    expect(checkSelectors({ EventSelectors: [bare] })).toHaveLength(1);
  });
});
