import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type Credentials, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';

type Keys = { AccessKeyId: string; SecretAccessKey: string; SessionToken?: string };
type Role = { Role: { Arn: string; RoleId: string } };
type LookedUp = { Events?: { EventName: string; CloudTrailEvent: string }[] };
type Assumed = { Credentials: Keys; AssumedRoleUser: { Arn: string; AssumedRoleId: string } };

let server: TestServer;
let admin: AwsCli;
let ann: AwsCli;
let annCredentials: Credentials;

beforeAll(async () => {
  server = await startServer({ env: { OPENTRAIL_ACCOUNT_ID: ACCOUNT } });
  admin = awsCli(server);
  annCredentials = await userWithKey('ann');
  ann = awsCli(server, { credentials: annCredentials });
});

afterAll(() => server.stop());

function credentialsOf({ AccessKeyId, SecretAccessKey, SessionToken }: Keys): Credentials {
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  return SessionToken === undefined ? keys : { ...keys, sessionToken: SessionToken };
}

async function userWithKey(name: string): Promise<Credentials> {
  await admin.json('iam', 'create-user', '--user-name', name);
  const made = await admin.json<{ AccessKey: Keys }>('iam', 'create-access-key', '--user-name', name);
  return credentialsOf(made.AccessKey);
}

function allow(Action: string | string[], more: object = { Resource: '*' }): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, ...more }] });
}

function trust(principal: string, Condition?: object): string {
  return allow('sts:AssumeRole', { Principal: { AWS: principal }, ...(Condition && { Condition }) });
}

async function createRole(name: string, trusted: string, ...more: string[]): Promise<Role['Role']> {
  const document = ['--assume-role-policy-document', trusted];
  return (await admin.json<Role>('iam', 'create-role', '--role-name', name, ...document, ...more)).Role;
}

function assume(as: AwsCli, arn: string, ...more: string[]): Promise<Assumed> {
  return as.json<Assumed>('sts', 'assume-role', '--role-arn', arn, '--role-session-name', 'shift', ...more);
}

async function refusal(as: AwsCli, arn: string, ...more: string[]): Promise<string> {
  const ran = await as.run('sts', 'assume-role', '--role-arn', arn, '--role-session-name', 'shift', ...more);
  expect(ran.code).not.toBe(0);
  return ran.stderr.trim();
}

/** The newest record with that name, access key and outcome. */
function recordBy(
  accessKeyId: string,
  eventName: string,
  errorCode?: string,
): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const { Events = [] } = await admin.json<LookedUp>(
      ...['cloudtrail', 'lookup-events', '--lookup-attributes'],
      `AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`,
    );
    return Events.filter(({ EventName }) => EventName === eventName)
      .map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Record<string, unknown>)
      .find((record) => record['errorCode'] === errorCode);
  });
}

describe('a role', () => {
  it('is assumed by whom its trust policy names, and does what its policies allow, in records with its issuer', async () => {
    const role = await createRole('reader', trust(`arn:aws:iam::${ACCOUNT}:user/ann`));
    const inline = ['--policy-name', 'p', '--policy-document', allow('iam:ListUsers')];
    await admin.json('iam', 'put-role-policy', '--role-name', 'reader', ...inline);
    const { Credentials: keys, AssumedRoleUser } = await assume(ann, role.Arn);
    expect(AssumedRoleUser).toEqual({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/reader/shift`,
      AssumedRoleId: `${role.RoleId}:shift`,
    });
    const session = awsCli(server, { credentials: credentialsOf(keys) });
    expect(await session.json('sts', 'get-caller-identity')).toEqual({
      UserId: `${role.RoleId}:shift`,
      Account: ACCOUNT,
      Arn: AssumedRoleUser.Arn,
    });
    expect(await session.json('iam', 'list-users')).toHaveProperty('Users');
    const denied = await session.run('iam', 'create-user', '--user-name', 'x');
    expect(denied.stderr).toContain(
      `User: ${AssumedRoleUser.Arn} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${ACCOUNT}:user/x`,
    );
    const userIdentity = {
      type: 'AssumedRole',
      principalId: `${role.RoleId}:shift`,
      arn: AssumedRoleUser.Arn,
      accountId: ACCOUNT,
      accessKeyId: keys.AccessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: role.RoleId,
          arn: role.Arn,
          accountId: ACCOUNT,
          userName: 'reader',
        },
        attributes: {
          creationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
          mfaAuthenticated: 'false',
        },
      },
    };
    expect((await recordBy(keys.AccessKeyId, 'ListUsers'))['userIdentity']).toEqual(userIdentity);
    expect(await recordBy(keys.AccessKeyId, 'CreateUser', 'AccessDenied')).toMatchObject({ userIdentity });
    expect(await recordBy(annCredentials.accessKeyId, 'AssumeRole')).toMatchObject({
      userIdentity: { type: 'IAMUser', userName: 'ann' },
      requestParameters: { roleArn: role.Arn, roleSessionName: 'shift' },
      responseElements: {
        credentials: { accessKeyId: keys.AccessKeyId },
        assumedRoleUser: { assumedRoleId: `${role.RoleId}:shift`, arn: AssumedRoleUser.Arn },
      },
    });
  });

  it('is refused to everybody else, in the words of STS, and that is recorded', async () => {
    const role = await createRole('closed', trust(`arn:aws:iam::${ACCOUNT}:user/admin`));
    const message = `An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::${ACCOUNT}:user/ann is not authorized to perform: sts:AssumeRole on resource: `;
    expect(await refusal(ann, role.Arn)).toContain(message + role.Arn);
    expect(await recordBy(annCredentials.accessKeyId, 'AssumeRole', 'AccessDenied')).toMatchObject({
      userIdentity: { type: 'IAMUser', userName: 'ann' },
      errorMessage: expect.stringContaining('sts:AssumeRole') as string,
      requestParameters: { roleArn: role.Arn },
      responseElements: null,
    });
    const nowhere = `arn:aws:iam::${ACCOUNT}:role/nowhere`;
    expect(await refusal(ann, nowhere)).toContain(message + nowhere);
  });

  it('asks for a second factor, an external id and a session no longer than it allows', async () => {
    const told = await boto3<Record<string, { code?: string; message?: string; status: number }>>(
      server,
      `
iam, totp_key = client('iam'), None
device = iam.create_virtual_mfa_device(VirtualMFADeviceName='roles')['VirtualMFADevice']
serial, seed = device['SerialNumber'], device['Base32StringSeed']
import base64, hashlib, hmac, struct, time
def code(step):
    digest = hmac.new(base64.b32decode(seed + b'=' * (-len(seed) % 8)), struct.pack('>Q', step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return '%06d' % ((struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000)
step = int(time.time() // 30)
iam.enable_mfa_device(UserName='admin', SerialNumber=serial, AuthenticationCode1=code(step - 1), AuthenticationCode2=code(step))
def role(name, condition, **more):
    trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
        'Principal': {'AWS': '${ACCOUNT}'}, 'Condition': condition}]}
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), **more)['Role']['Arn']
sts = client('sts')
factor = role('factor', {'Bool': {'aws:MultiFactorAuthPresent': 'true'}})
partner = role('partner', {'StringEquals': {'sts:ExternalId': 'contract-7'}}, MaxSessionDuration=7200)
def assume(arn, **more):
    return told(lambda: sts.assume_role(RoleArn=arn, RoleSessionName='shift', **more))
say({
    'noFactor': assume(factor),
    'wrongCode': assume(factor, SerialNumber=serial, TokenCode='000000'),
    'factor': assume(factor, SerialNumber=serial, TokenCode=code(step + 1)),
    'noId': assume(partner),
    'otherId': assume(partner, ExternalId='contract-8'),
    'id': assume(partner, ExternalId='contract-7', DurationSeconds=7200),
    'long': assume(partner, ExternalId='contract-7', DurationSeconds=7201),
})
`,
    );
    const denied = { code: 'AccessDenied', status: 403 };
    expect(told).toMatchObject({
      noFactor: denied,
      wrongCode: {
        ...denied,
        message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      },
      factor: { status: 200 },
      noId: denied,
      otherId: denied,
      id: { status: 200 },
      long: {
        code: 'ValidationError',
        status: 400,
        message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      },
    });
  });

  it('carries a source identity and session policies into what follows, and its end ends its sessions', async () => {
    const told = await boto3<
      Record<string, { code?: string; message?: string; status: number; key: string }>
    >(
      server,
      `
iam, sts = client('iam'), client('sts')
trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': ['sts:AssumeRole', 'sts:SetSourceIdentity'],
    'Principal': {'AWS': 'arn:aws:iam::${ACCOUNT}:root'}}]}
arn = iam.create_role(RoleName='chained', Path='/ops/', AssumeRolePolicyDocument=json.dumps(trust),
    Tags=[{'Key': 'team', 'Value': 'ops'}])['Role']['Arn']
policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': ['iam:*', 'sts:*'], 'Resource': '*',
    'Condition': {'StringEquals': {'aws:PrincipalTag/team': 'ops', 'aws:SourceIdentity': 'ann-smith'}}}]}
iam.put_role_policy(RoleName='chained', PolicyName='p', PolicyDocument=json.dumps(policy))
def session(by, name, **more):
    made = by.assume_role(RoleArn=arn, RoleSessionName=name, **more)['Credentials']
    keys = (made['AccessKeyId'], made['SecretAccessKey'], made['SessionToken'])
    return keys[0], client('sts', *keys), client('iam', *keys)
first, first_sts, first_iam = session(sts, 'first', SourceIdentity='ann-smith')
second, second_sts, second_iam = session(first_sts, 'second', Policy=json.dumps({'Version': '2012-10-17',
    'Statement': [{'Effect': 'Allow', 'Action': 'iam:GetRole', 'Resource': '*'}]}))
out = {
    'first': {**told(lambda: first_iam.list_users()), 'key': first},
    'second': {**told(lambda: second_iam.get_role(RoleName='chained')), 'key': second},
    'limited': told(lambda: second_iam.list_users()),
    'otherIdentity': told(lambda: first_sts.assume_role(RoleArn=arn, RoleSessionName='third', SourceIdentity='somebody')),
    'longChain': told(lambda: first_sts.assume_role(RoleArn=arn, RoleSessionName='third', DurationSeconds=3601)),
    'full': told(lambda: iam.delete_role(RoleName='chained')),
}
iam.delete_role_policy(RoleName='chained', PolicyName='p')
out['without'] = told(lambda: first_iam.list_users())
iam.delete_role(RoleName='chained')
out['gone'] = told(lambda: first_sts.get_caller_identity())
say(out)
`,
    );
    expect(told).toMatchObject({
      first: { status: 200 },
      second: { status: 200 },
      limited: { code: 'AccessDenied' },
      otherIdentity: { code: 'AccessDenied' },
      longChain: { code: 'ValidationError' },
      full: {
        code: 'DeleteConflict',
        status: 409,
        message: 'Cannot delete entity, must delete policies first.',
      },
      without: { code: 'AccessDenied' },
      gone: { code: 'InvalidClientTokenId', status: 403 },
    });
    const record = await recordBy(told['second']?.key ?? '', 'GetRole');
    expect(record).toMatchObject({
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/chained/second`,
        sessionContext: {
          sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/ops/chained`, userName: 'chained' },
          sourceIdentity: 'ann-smith',
        },
      },
    });
    expect(await recordBy(told['first']?.key ?? '', 'AssumeRole')).toMatchObject({
      responseElements: { sourceIdentity: 'ann-smith' },
    });
  });
});

describe('a guest by GetFederationToken', () => {
  it('may do what both the user and the policy of the session allow, in records that name the user as issuer', async () => {
    await admin.json(
      ...['iam', 'put-user-policy', '--user-name', 'ann', '--policy-name', 'lend'],
      ...[
        '--policy-document',
        allow(['sts:GetFederationToken', 'cloudtrail:DescribeTrails', 's3:ListAllMyBuckets']),
      ],
    );
    const policy = allow(['cloudtrail:*', 'iam:*']);
    const { Credentials: keys, FederatedUser } = await ann.json<{ Credentials: Keys; FederatedUser: object }>(
      ...['sts', 'get-federation-token', '--name', 'visitor', '--policy', policy],
    );
    expect(FederatedUser).toEqual({
      FederatedUserId: `${ACCOUNT}:visitor`,
      Arn: `arn:aws:sts::${ACCOUNT}:federated-user/visitor`,
    });
    const visitor = awsCli(server, { credentials: credentialsOf(keys) });
    expect(await visitor.json('cloudtrail', 'describe-trails')).toEqual({ trailList: [] });
    expect((await visitor.run('s3api', 'list-buckets')).stderr).toContain('AccessDenied');
    expect((await visitor.run('cloudtrail', 'list-trails')).stderr).toContain('AccessDenied');
    expect(await recordBy(keys.AccessKeyId, 'DescribeTrails')).toMatchObject({
      userIdentity: {
        type: 'FederatedUser',
        principalId: `${ACCOUNT}:visitor`,
        arn: `arn:aws:sts::${ACCOUNT}:federated-user/visitor`,
        accountId: ACCOUNT,
        sessionContext: {
          sessionIssuer: {
            type: 'IAMUser',
            principalId: expect.stringMatching(/^AIDA/) as string,
            arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
            accountId: ACCOUNT,
            userName: 'ann',
          },
          attributes: { mfaAuthenticated: 'false' },
        },
      },
    });
  });
});
