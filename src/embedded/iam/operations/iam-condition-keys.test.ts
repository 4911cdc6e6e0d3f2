import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startIam, type TestIam } from '../../../../test/kit/iam.ts';
import type { Principal } from '../../../aws/operation.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let kit: TestIam;

beforeAll(async () => {
  kit = await startIam();
  await kit.call('CreateUser', { UserName: 'target', Tags: [{ Key: 'team', Value: 'ops' }] });
});

afterAll(() => kit[Symbol.asyncDispose]());

/** One who may do everything in IAM but what the statement denies. */
async function limited(name: string, denied: object): Promise<Principal> {
  const Statement = [
    { Effect: 'Allow', Action: 'iam:*', Resource: '*' },
    { Effect: 'Deny', Resource: '*', ...denied },
  ];
  await kit.call('CreateUser', { UserName: name });
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await kit.call('PutUserPolicy', { UserName: name, PolicyName: 'p', PolicyDocument });
  const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: name }))['AccessKey'] as {
    AccessKeyId: string;
  };
  return kit.iam.credentials.owner(AccessKeyId, undefined) ?? expect.fail('nobody has the key');
}

const DENIED = { code: 'AccessDenied' };

describe('a denial', () => {
  it('bound to the policy keeps it from being attached, and no other', async () => {
    const clerk = await limited('clerk', {
      Action: 'iam:AttachUserPolicy',
      Condition: { ArnEquals: { 'iam:PolicyARN': ADMIN } },
    });
    const attach = (PolicyArn: string) =>
      kit.call('AttachUserPolicy', { UserName: 'clerk', PolicyArn }, clerk);
    await expect(attach(ADMIN)).rejects.toMatchObject(DENIED);
    await attach(READ_ONLY);
  });

  it('bound to the tags of whom it is about spares the others', async () => {
    const stranger = await limited('stranger', {
      Action: 'iam:*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'ops' } },
    });
    await expect(kit.call('GetUser', { UserName: 'target' }, stranger)).rejects.toMatchObject(DENIED);
    expect(await kit.call('GetUser', { UserName: 'admin' }, stranger)).toHaveProperty('User');
  });

  it('bound to the tags that are asked for spares other tags', async () => {
    const tagger = await limited('tagger', {
      Action: 'iam:*',
      Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'cost' } },
    });
    const tag = (Key: string) =>
      kit.call('TagUser', { UserName: 'target', Tags: [{ Key, Value: 'x' }] }, tagger);
    await expect(tag('cost')).rejects.toMatchObject(DENIED);
    await tag('note');
    await expect(
      kit.call('UntagUser', { UserName: 'target', TagKeys: ['cost'] }, tagger),
    ).rejects.toMatchObject(DENIED);
    const other = await limited('valued', {
      Action: 'iam:*',
      Condition: { StringEquals: { 'aws:RequestTag/note': 'y' } },
    });
    const note = (Value: string) =>
      kit.call('TagUser', { UserName: 'target', Tags: [{ Key: 'note', Value }] }, other);
    await expect(note('y')).rejects.toMatchObject(DENIED);
    await note('z');
  });
});
