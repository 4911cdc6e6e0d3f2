import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../../test/kit/iam.ts';
import type { Principal } from '../../../aws/operation.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;

let kit: TestIam;

beforeAll(async () => {
  kit = await startIam();
});

afterAll(() => kit[Symbol.asyncDispose]());

function allow(Action: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
}

async function userWith(name: string, PolicyArn: string): Promise<() => Promise<Principal>> {
  await kit.call('CreateUser', { UserName: name });
  await kit.call('AttachUserPolicy', { UserName: name, PolicyArn });
  const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: name }))['AccessKey'] as {
    AccessKeyId: string;
  };
  return async () =>
    (await kit.iam.credentials.resolve(AccessKeyId, undefined))?.principal ?? expect.fail('not resolved');
}

describe('customer managed policies', () => {
  it('are made, shown as they were written, and deleted', async () => {
    const document = allow('iam:ListUsers');
    const made = await kit.call('CreatePolicy', {
      PolicyName: 'listing',
      Path: '/ops/',
      Description: 'who is there',
      PolicyDocument: document,
      Tags: [{ Key: 'team', Value: 'ops' }],
    });
    const shown = {
      PolicyName: 'listing',
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/) as string,
      Arn: arnOf('ops/listing'),
      Path: '/ops/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      CreateDate: new Date(kit.clock.time),
      UpdateDate: new Date(kit.clock.time),
      Tags: [{ Key: 'team', Value: 'ops' }],
    };
    expect(made['Policy']).toEqual(shown);
    const PolicyArn = arnOf('ops/listing');
    expect((await kit.call('GetPolicy', { PolicyArn }))['Policy']).toEqual({
      ...shown,
      Description: 'who is there',
    });
    const version = (await kit.call('GetPolicyVersion', { PolicyArn, VersionId: 'v1' }))['PolicyVersion'];
    expect(version).toMatchObject({ VersionId: 'v1', IsDefaultVersion: true });
    expect(decodeURIComponent(String((version as { Document: string }).Document))).toBe(document);
    await expect(
      kit.call('CreatePolicy', { PolicyName: 'Listing', PolicyDocument: document }),
    ).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: 'A policy called Listing already exists. Duplicate names are not allowed.',
    });
    await kit.call('DeletePolicy', { PolicyArn });
    await expect(kit.call('GetPolicy', { PolicyArn })).rejects.toMatchObject({
      code: 'NoSuchEntity',
      status: 404,
      message: `Policy ${PolicyArn} was not found.`,
    });
  });

  it('grant what the default version allows, wherever they are attached', async () => {
    const PolicyArn = arnOf('changing');
    await kit.call('CreatePolicy', { PolicyName: 'changing', PolicyDocument: allow('iam:ListUsers') });
    const eve = await userWith('eve', PolicyArn);
    expect(await kit.call('ListUsers', {}, await eve())).toHaveProperty('Users');
    const second = await kit.call('CreatePolicyVersion', {
      PolicyArn,
      PolicyDocument: allow('iam:ListGroups'),
    });
    expect(second['PolicyVersion']).toMatchObject({ VersionId: 'v2', IsDefaultVersion: false });
    await expect(kit.call('ListGroups', {}, await eve())).rejects.toMatchObject({ code: 'AccessDenied' });
    await kit.call('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v2' });
    expect(await kit.call('ListGroups', {}, await eve())).toHaveProperty('Groups');
    await expect(kit.call('ListUsers', {}, await eve())).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(await kit.call('ListEntitiesForPolicy', { PolicyArn })).toMatchObject({
      PolicyUsers: [{ UserName: 'eve' }],
      PolicyGroups: [],
      PolicyRoles: [],
    });
    expect(await kit.call('ListPolicies', { Scope: 'Local', OnlyAttached: true })).toMatchObject({
      Policies: [{ PolicyName: 'changing', AttachmentCount: 1, DefaultVersionId: 'v2' }],
    });
    expect(await kit.call('ListAttachedUserPolicies', { UserName: 'eve' })).toMatchObject({
      AttachedPolicies: [{ PolicyName: 'changing', PolicyArn }],
    });
  });

  it('have five versions at most, the default one and those of attached policies stay', async () => {
    const PolicyArn = arnOf('versions');
    const PolicyDocument = allow('iam:GetUser');
    await kit.call('CreatePolicy', { PolicyName: 'versions', PolicyDocument });
    const next = () => kit.call('CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
    for (let i = 2; i <= 5; i++) await next();
    await expect(next()).rejects.toMatchObject({
      code: 'LimitExceeded',
      status: 409,
      message:
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    });
    const remove = (VersionId: string) => kit.call('DeletePolicyVersion', { PolicyArn, VersionId });
    await expect(remove('v5')).rejects.toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete the default version of a policy.',
    });
    await expect(remove('v9')).rejects.toMatchObject({ code: 'NoSuchEntity' });
    await expect(kit.call('DeletePolicy', { PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await remove('v1');
    expect((await next())['PolicyVersion']).toMatchObject({ VersionId: 'v6', IsDefaultVersion: true });
    const page = await kit.call('ListPolicyVersions', { PolicyArn, MaxItems: 2 });
    expect(page).toMatchObject({
      Versions: [
        { VersionId: 'v6', IsDefaultVersion: true },
        { VersionId: 'v5', IsDefaultVersion: false },
      ],
      IsTruncated: true,
    });
    for (const version of ['v2', 'v3', 'v4', 'v5']) await remove(version);
    await kit.call('AttachUserPolicy', { UserName: 'admin', PolicyArn });
    await expect(kit.call('DeletePolicy', { PolicyArn })).rejects.toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete a policy attached to entities.',
    });
    await kit.call('DetachUserPolicy', { UserName: 'admin', PolicyArn });
    await kit.call('DeletePolicy', { PolicyArn });
  });

  it.each([
    ['no JSON', '{', 'MalformedPolicyDocument'],
    [
      'a principal',
      allow('s3:*').replace('"Resource"', '"Principal":"*","Resource"'),
      'MalformedPolicyDocument',
    ],
    ['too much', allow(`s3:${'G'.repeat(6200)}`), 'LimitExceeded'],
  ])('are refused with %s', async (_what, PolicyDocument, code) => {
    await expect(kit.call('CreatePolicy', { PolicyName: 'bad', PolicyDocument })).rejects.toMatchObject({
      code,
    });
  });
});

describe('policies of AWS', () => {
  it('can be looked at and listed, not changed', async () => {
    expect(await kit.call('GetPolicy', { PolicyArn: ADMIN })).toMatchObject({
      Policy: { PolicyName: 'AdministratorAccess', AttachmentCount: 1, DefaultVersionId: 'v1' },
    });
    const { PolicyVersion } = await kit.call('GetPolicyVersion', { PolicyArn: ADMIN, VersionId: 'v1' });
    expect(decodeURIComponent((PolicyVersion as { Document: string }).Document)).toContain('"Allow"');
    const names = ((await kit.call('ListPolicies', { Scope: 'AWS' }))['Policies'] as { Arn: string }[]).map(
      ({ Arn }) => Arn,
    );
    expect(names).toContain(ADMIN);
    await expect(kit.call('DeletePolicy', { PolicyArn: ADMIN })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });
});

describe('tags', () => {
  it('are one by key without regard to case, fifty at most, and go with what they are on', async () => {
    await kit.call('CreateUser', { UserName: 'tagged', Tags: [{ Key: 'Team', Value: 'a' }] });
    await kit.call('TagUser', { UserName: 'tagged', Tags: [{ Key: 'team', Value: 'b' }] });
    expect((await kit.call('ListUserTags', { UserName: 'tagged' }))['Tags']).toEqual([
      { Key: 'team', Value: 'b' },
    ]);
    const many = (n: number) => Array.from({ length: n }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    await kit.call('TagUser', { UserName: 'tagged', Tags: many(49) });
    await expect(
      kit.call('TagUser', { UserName: 'tagged', Tags: [{ Key: 'more', Value: '' }] }),
    ).rejects.toMatchObject({ code: 'LimitExceeded' });
    await kit.call('UntagUser', { UserName: 'tagged', TagKeys: many(49).map(({ Key }) => Key) });
    expect((await kit.call('GetUser', { UserName: 'tagged' }))['User']).toMatchObject({
      Tags: [{ Key: 'team', Value: 'b' }],
    });
    for (const Tags of [
      [
        { Key: 'x', Value: '' },
        { Key: 'X', Value: '' },
      ],
      [{ Key: 'aws:x', Value: '' }],
    ])
      await expect(kit.call('TagUser', { UserName: 'tagged', Tags })).rejects.toMatchObject({
        code: 'InvalidInput',
      });
    await kit.call('DeleteUser', { UserName: 'tagged' });
    await kit.call('CreateUser', { UserName: 'tagged' });
    expect((await kit.call('ListUserTags', { UserName: 'tagged' }))['Tags']).toEqual([]);
  });
});
