import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../../test/kit/iam.ts';
import type { Principal } from '../../../aws/operation.ts';

const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const LIST_USERS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' }],
});

let kit: TestIam;

beforeAll(async () => {
  kit = await startIam();
});

afterAll(() => kit[Symbol.asyncDispose]());

async function user(name: string): Promise<() => Promise<Principal>> {
  await kit.call('CreateUser', { UserName: name });
  const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: name }))['AccessKey'] as {
    AccessKeyId: string;
  };
  return async () =>
    (await kit.iam.credentials.resolve(AccessKeyId, undefined))?.principal ?? expect.fail('not resolved');
}

describe('groups', () => {
  it('are made, renamed, listed by page and deleted', async () => {
    const made = await kit.call('CreateGroup', { GroupName: 'Ops', Path: '/eu/' });
    expect(made['Group']).toEqual({
      Path: '/eu/',
      GroupName: 'Ops',
      GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/) as string,
      Arn: `arn:aws:iam::${ACCOUNT}:group/eu/Ops`,
      CreateDate: new Date(kit.clock.time),
    });
    await expect(kit.call('CreateGroup', { GroupName: 'OPS' })).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: 'Group with name OPS already exists.',
    });
    await kit.call('CreateGroup', { GroupName: 'audit' });
    await kit.call('UpdateGroup', { GroupName: 'ops', NewGroupName: 'operators' });
    const first = await kit.call('ListGroups', { MaxItems: 1 });
    expect(first).toMatchObject({ Groups: [{ GroupName: 'audit' }], IsTruncated: true });
    expect(await kit.call('ListGroups', { Marker: first['Marker'] })).toMatchObject({
      Groups: [{ GroupName: 'operators', Arn: `arn:aws:iam::${ACCOUNT}:group/eu/operators` }],
      IsTruncated: false,
    });
    await kit.call('DeleteGroup', { GroupName: 'operators' });
    await kit.call('DeleteGroup', { GroupName: 'audit' });
    await expect(kit.call('GetGroup', { GroupName: 'audit' })).rejects.toMatchObject({
      code: 'NoSuchEntity',
      status: 404,
      message: 'The group with name audit cannot be found.',
    });
  });

  it('give their members what their policies allow, until they leave', async () => {
    const bob = await user('bob');
    await kit.call('CreateGroup', { GroupName: 'readers' });
    await kit.call('AddUserToGroup', { GroupName: 'readers', UserName: 'bob' });
    await expect(kit.call('ListUsers', {}, await bob())).rejects.toMatchObject({ code: 'AccessDenied' });
    const inline = { GroupName: 'readers', PolicyName: 'list' };
    await kit.call('PutGroupPolicy', { ...inline, PolicyDocument: LIST_USERS });
    expect(await kit.call('ListUsers', {}, await bob())).toHaveProperty('Users');
    await kit.call('DeleteGroupPolicy', inline);
    await expect(kit.call('ListUsers', {}, await bob())).rejects.toMatchObject({ code: 'AccessDenied' });
    await kit.call('AttachGroupPolicy', { GroupName: 'readers', PolicyArn: READ_ONLY });
    expect(await kit.call('ListUsers', {}, await bob())).toHaveProperty('Users');
    expect(await kit.call('ListGroupsForUser', { UserName: 'bob' })).toMatchObject({
      Groups: [{ GroupName: 'readers' }],
    });
    expect(await kit.call('GetGroup', { GroupName: 'readers' })).toMatchObject({
      Users: [{ UserName: 'bob' }],
      IsTruncated: false,
    });
    await kit.call('RemoveUserFromGroup', { GroupName: 'readers', UserName: 'bob' });
    await expect(kit.call('ListUsers', {}, await bob())).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('and their members are not deleted while they belong together', async () => {
    await kit.call('CreateUser', { UserName: 'member' });
    await kit.call('CreateGroup', { GroupName: 'club' });
    await kit.call('AddUserToGroup', { GroupName: 'club', UserName: 'member' });
    await kit.call('PutGroupPolicy', { GroupName: 'club', PolicyName: 'p', PolicyDocument: LIST_USERS });
    await kit.call('AttachGroupPolicy', { GroupName: 'club', PolicyArn: READ_ONLY });
    const conflict = (what: string) => ({
      code: 'DeleteConflict',
      status: 409,
      message: `Cannot delete entity, ${what}.`,
    });
    const deleteClub = () => kit.call('DeleteGroup', { GroupName: 'club' });
    await expect(kit.call('DeleteUser', { UserName: 'member' })).rejects.toMatchObject(
      conflict('must remove users from group first'),
    );
    await expect(deleteClub()).rejects.toMatchObject(conflict('must remove users from group first'));
    await kit.call('RemoveUserFromGroup', { GroupName: 'club', UserName: 'member' });
    await expect(deleteClub()).rejects.toMatchObject(conflict('must delete policies first'));
    await kit.call('DeleteGroupPolicy', { GroupName: 'club', PolicyName: 'p' });
    await expect(deleteClub()).rejects.toMatchObject(conflict('must detach all policies first'));
    await kit.call('DetachGroupPolicy', { GroupName: 'club', PolicyArn: READ_ONLY });
    await deleteClub();
    await kit.call('DeleteUser', { UserName: 'member' });
  });

  it('are ten at most for a user', async () => {
    await kit.call('CreateUser', { UserName: 'joiner' });
    for (let i = 0; i < 11; i++) await kit.call('CreateGroup', { GroupName: `g${i}` });
    const join = (i: number) => kit.call('AddUserToGroup', { GroupName: `g${i}`, UserName: 'joiner' });
    for (let i = 0; i < 10; i++) await join(i);
    await join(0);
    await expect(join(10)).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for GroupsPerUser: 10',
    });
  });

  it('are in force again after a restart', async () => {
    const carl = await user('carl');
    await kit.call('CreateGroup', { GroupName: 'lasting' });
    await kit.call('AttachGroupPolicy', { GroupName: 'lasting', PolicyArn: READ_ONLY });
    await kit.call('AddUserToGroup', { GroupName: 'lasting', UserName: 'carl' });
    const { accessKeyId } = await carl();
    const again = await kit.reopen();
    const found = await again.credentials.resolve(accessKeyId ?? '', undefined);
    expect(found?.principal.policies).toHaveLength(1);
  });
});
