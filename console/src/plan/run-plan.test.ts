import { describe, expect, it } from 'vitest';

import { ApiError } from '../aws/errors.ts';
import { fieldOfError } from '../features/trails/wizard/field-of-error.ts';
import type { PlannedCall } from './planned-call.ts';
import { NOTHING_DONE, runPlan, type Invoke } from './run-plan.ts';

const call = (operation: string, given: Partial<PlannedCall> = {}): PlannedCall => ({
  id: operation,
  title: operation,
  made: operation,
  service: 'kms',
  operation,
  input: {},
  field: 'kms',
  existsCodes: ['AlreadyExistsException'],
  ...given,
});
const refusal = (code: string, status = 400) => new ApiError({ code, message: 'no', status });

/** Answers in turn; an error is thrown. */
function invoking(...answers: readonly unknown[]) {
  const sent: string[] = [];
  const left = [...answers];
  const invoke: Invoke = async ({ operation }, input) => {
    sent.push(`${operation} ${JSON.stringify(input)}`);
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  };
  return {
    sent,
    run: (calls: PlannedCall[], from = NOTHING_DONE) =>
      runPlan(calls, from, { invoke, onProgress: () => undefined }),
  };
}

describe('doing a plan', () => {
  it('hands on what an earlier call answered', async () => {
    const { sent, run } = invoking({ KeyMetadata: { KeyId: 'k1' } });
    const calls = [
      call('CreateKey', { answers: { variable: 'KEY_ID', path: ['KeyMetadata', 'KeyId'] } }),
      call('CreateAlias', { input: { TargetKeyId: { variable: 'KEY_ID', call: 'CreateKey' } } }),
    ];
    const end = await run(calls);
    expect(sent).toEqual(['CreateKey {}', 'CreateAlias {"TargetKeyId":"k1"}']);
    expect(end.made).toEqual(['CreateKey', 'CreateAlias']);
  });

  it('stops where a call fails, and does not do again what was done', async () => {
    const { sent, run } = invoking({}, refusal('AccessDeniedException'), {}, {});
    const calls = [call('CreateKey'), call('CreateAlias'), call('Other')];
    const first = await run(calls);
    expect(first.failed?.error.code).toBe('AccessDeniedException');
    expect(first.made).toEqual(['CreateKey']);
    const second = await run(calls, first);
    expect(second.failed).toBeUndefined();
    expect(sent.map((line) => line.split(' ')[0])).toEqual([
      'CreateKey',
      'CreateAlias',
      'CreateAlias',
      'Other',
    ]);
  });

  it('does a call again that was changed meanwhile', async () => {
    const { sent, run } = invoking();
    const first = await run([call('PutPolicy', { input: { Policy: 'a' } })]);
    await run([call('PutPolicy', { input: { Policy: 'b' } })], first);
    expect(sent).toHaveLength(2);
  });

  it('takes “exists already” for done only where the answer before was lost', async () => {
    const lost = invoking(refusal('Unreachable', 0), refusal('AlreadyExistsException'));
    const calls = [call('CreateAlias')];
    const end = await lost.run(calls, await lost.run(calls));
    expect(end.failed).toBeUndefined();
    const taken = invoking(refusal('AlreadyExistsException'));
    expect((await taken.run(calls)).failed?.error.code).toBe('AlreadyExistsException');
  });
});

describe('the field of an error', () => {
  it.each([
    ['InvalidTrailNameException', '', 'name'],
    ['InsufficientS3BucketPolicyException', '', 'bucket'],
    ['InsufficientSnsTopicPolicyException', '', 'topic'],
    ['KmsKeyNotFoundException', '', 'kms'],
    ['InvalidCloudWatchLogsRoleArnException', '', 'role'],
    ['InvalidEventSelectorsException', '', 'selectors'],
    ['UnsupportedOperationException', 'KmsKeyId is not supported', 'kms'],
    ['NotOrganizationMasterAccountException', '', 'scope'],
    ['InternalFailure', '', 'tags'],
  ] as const)('%s %s is about %s', (code, message, field) => {
    expect(fieldOfError({ code, message }, 'tags')).toBe(field);
  });
});
