import { describe, expect, it } from 'vitest';

import { cliScript } from '../../../plan/cli-commands.ts';
import { WHOLE_EVENT } from '../target-settings.ts';
import type { NewTarget } from '../targets.ts';
import { draftOf, newDraft, validate, type Draft } from './draft.ts';
import { planRule } from './plan.ts';

const place = { accountId: '123456789012', region: 'us-east-1' };
const base: Draft = { ...newDraft(undefined), name: 'deletions', added: [] };
const target = (id: string, changes: Partial<NewTarget>): NewTarget => ({
  id,
  kind: 'topic',
  value: '',
  isNew: false,
  settings: WHOLE_EVENT,
  ...changes,
});
const plan = (draft: Draft, before?: Draft) => planRule({ draft, before, place });

describe('the plan of a rule', () => {
  it('makes what its targets need before the rule, and adds the targets last', () => {
    const added = [
      target('a', { value: 'alerts', isNew: true }),
      target('b', { kind: 'slack', value: 'https://hooks.example.com/x' }),
      target('c', { kind: 'logs', value: 'rules/deletions', isNew: true }),
      target('d', { kind: 'email', value: 'me@example.com' }),
    ];
    const calls = plan({ ...base, added });
    expect(calls.map(({ operation }) => operation)).toEqual([
      'CreateTopic',
      'SetTopicAttributes',
      'CreateApiDestination',
      'CreateLogGroup',
      'PutRule',
      'PutTargets',
    ]);
    expect(calls.at(-1)?.input['Targets']).toEqual([
      { Id: 'a', Arn: 'arn:aws:sns:us-east-1:123456789012:alerts' },
      { Id: 'b', Arn: 'arn:aws:opentrail:us-east-1:123456789012:slack/deletions-b' },
      { Id: 'c', Arn: 'arn:aws:logs:us-east-1:123456789012:log-group:rules/deletions' },
      { Id: 'd', Arn: 'arn:aws:opentrail:us-east-1:123456789012:email/me@example.com' },
    ]);
    expect(cliScript(calls, 'us-east-1')).toContain('aws events put-rule \\\n  --name deletions');
  });

  it('changes only what changed, and keeps what the form does not show', () => {
    const rule = {
      name: 'r',
      arn: '',
      bus: 'other',
      pattern: '{"source":["a"]}',
      schedule: '',
      description: 'd',
    };
    const targets = [{ Id: 'old', Arn: 'arn:aws:sqs:us-east-1:123456789012:q', Input: '{}' }];
    const before = draftOf({ ...rule, roleArn: 'arn:aws:iam::1:role/r', state: 'DISABLED' }, targets);
    expect(plan(before, before)).toEqual([]);
    const [put] = plan({ ...before, description: 'new' }, before);
    expect(put?.input).toEqual({
      Name: 'r',
      EventBusName: 'other',
      EventPattern: '{"source":["a"]}',
      State: 'DISABLED',
      Description: 'new',
      RoleArn: 'arn:aws:iam::1:role/r',
    });
    expect(
      plan({ ...before, kept: [] }, before).map(({ operation, input }) => [operation, input['Ids']]),
    ).toEqual([['RemoveTargets', ['old']]]);
  });

  it('sends a pattern that names a key twice as it was written', () => {
    const twice = '{ "source": ["a"], "source": ["b"] }';
    expect(plan({ ...base, pattern: twice })[0]?.input['EventPattern']).toBe(twice);
  });
});

describe('the form', () => {
  it('says what AWS would refuse', () => {
    expect(validate({ ...base, name: 'a b' }).name).toContain('letters, digits, periods');
    expect(validate({ ...base, pattern: '{}' }).pattern).toContain('Empty objects are not allowed');
    expect(validate({ ...base, added: [target('a', { kind: 'email', value: 'me' })] }).targets).toBe(
      '“me” is no e-mail address.',
    );
    expect(
      validate({ ...base, added: [target('a', { kind: 'webhook', value: 'javascript:alert(1)' })] }).targets,
    ).toMatch(/no address/);
    const six = Array.from({ length: 6 }, (_, n) => target(`t${n}`, { value: 'x' }));
    expect(validate({ ...base, added: six }).targets).toBe('A rule has at most 5 targets, not 6.');
    expect(validate(base)).toEqual({});
  });
});
