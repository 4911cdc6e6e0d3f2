import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { run } from '../kit/run.ts';
import { BIN, startServer, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';

let server: TestServer;
let admin: AwsCli;

beforeAll(async () => {
  server = await startServer({ env: { OPENTRAIL_ACCOUNT_ID: ACCOUNT } });
  admin = awsCli(server);
});

afterAll(() => server.stop());

describe('a group with a policy made here', () => {
  it('lets its members do what the policy allows, and is taken down in the order that AWS wants', async () => {
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'iam:Get*', Resource: `arn:aws:iam::${ACCOUNT}:user/\${aws:username}` },
      ],
    });
    const { Policy } = await admin.json<{ Policy: { Arn: string } }>(
      ...['iam', 'create-policy', '--policy-name', 'self', '--policy-document', document],
    );
    expect(Policy.Arn).toBe(`arn:aws:iam::${ACCOUNT}:policy/self`);
    await admin.json('iam', 'create-group', '--group-name', 'staff');
    await admin.json('iam', 'attach-group-policy', '--group-name', 'staff', '--policy-arn', Policy.Arn);
    await admin.json('iam', 'create-user', '--user-name', 'bob');
    const { AccessKey } = await admin.json<{
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    }>('iam', 'create-access-key', '--user-name', 'bob');
    const bob = awsCli(server, {
      credentials: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey },
    });
    expect((await bob.run('iam', 'get-user')).stderr).toContain(
      `User: arn:aws:iam::${ACCOUNT}:user/bob is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${ACCOUNT}:user/bob`,
    );
    await admin.json('iam', 'add-user-to-group', '--group-name', 'staff', '--user-name', 'bob');
    expect(await bob.json('iam', 'get-user')).toMatchObject({ User: { UserName: 'bob' } });
    expect((await bob.run('iam', 'get-user', '--user-name', 'admin')).stderr).toContain('AccessDenied');
    const listed = await run(BIN, ['users', 'list', '--json', '--data', server.data], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect(JSON.parse(listed.stdout)).toMatchObject({ users: [{}, { name: 'bob', groups: ['staff'] }] });
    const refused = await admin.run('iam', 'delete-policy', '--policy-arn', Policy.Arn);
    expect(refused.stderr).toContain(
      '(DeleteConflict) when calling the DeletePolicy operation: Cannot delete a policy attached to entities.',
    );
    const deleted = await run(BIN, ['users', 'delete', 'bob', '--data', server.data], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect(deleted).toMatchObject({ code: 0, stderr: '' });
    expect(await admin.json('iam', 'get-group', '--group-name', 'staff')).toMatchObject({ Users: [] });
    await admin.json('iam', 'detach-group-policy', '--group-name', 'staff', '--policy-arn', Policy.Arn);
    await admin.json('iam', 'delete-group', '--group-name', 'staff');
    await admin.json('iam', 'delete-policy', '--policy-arn', Policy.Arn);
  });

  it('is listed to boto3 page by page, and its policy parses back', async () => {
    const told = await boto3<{ groups: string[]; roles: string[]; document: object; trust: object }>(
      server,
      `
iam = client('iam')
for i in range(7):
    iam.create_group(GroupName='g%d' % i, Path='/paged/')
    iam.create_role(RoleName='r%d' % i, Path='/paged/', AssumeRolePolicyDocument=json.dumps({'Version': '2012-10-17',
        'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'AWS': '*'}}]}))
def names(operation, key, name):
    pages = iam.get_paginator(operation).paginate(PathPrefix='/paged/', PaginationConfig={'PageSize': 3})
    return [one[name] for page in pages for one in page[key]]
document = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Deny', 'Action': '*', 'Resource': '*'}]}
iam.put_group_policy(GroupName='g0', PolicyName='p', PolicyDocument=json.dumps(document))
say({
    'groups': names('list_groups', 'Groups', 'GroupName'),
    'roles': names('list_roles', 'Roles', 'RoleName'),
    'document': iam.get_group_policy(GroupName='g0', PolicyName='p')['PolicyDocument'],
    'trust': iam.get_role(RoleName='r0')['Role']['AssumeRolePolicyDocument'],
})
`,
    );
    expect(told).toMatchObject({
      groups: ['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6'],
      roles: ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'],
      document: { Statement: [{ Effect: 'Deny' }] },
      trust: { Statement: [{ Principal: { AWS: '*' } }] },
    });
  });

  it('has what is not built refused by name', async () => {
    const unbuilt = await admin.run('iam', 'create-instance-profile', '--instance-profile-name', 'x');
    expect(unbuilt.stderr).toContain('(InvalidAction)');
    const boundary = await admin.run(
      ...[
        'iam',
        'create-user',
        '--user-name',
        'x',
        '--permissions-boundary',
        'arn:aws:iam::aws:policy/ReadOnlyAccess',
      ],
    );
    expect(boundary.stderr).toContain('(ValidationError)');
    expect(boundary.stderr).toContain('PermissionsBoundary');
  });
});
