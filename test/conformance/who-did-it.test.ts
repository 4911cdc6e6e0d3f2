import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { jsonCall } from '../kit/client.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type Credentials, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'moto_server');
const ACCOUNT = '123456789012';
const CLI = /^aws-cli\//;

type Event = {
  readonly EventName: string;
  readonly Username?: string;
  readonly AccessKeyId?: string;
  readonly Resources: readonly { readonly ResourceType?: string; readonly ResourceName?: string }[];
  readonly CloudTrailEvent: string;
};

/** Made of the members of the record that a question is about; the whole record is in `CloudTrailEvent`. */
const recordOf = (event: Event) => JSON.parse(event.CloudTrailEvent) as Record<string, unknown>;

type Keys = { AccessKeyId: string; SecretAccessKey: string; SessionToken?: string };
const credentialsOf = (keys: Keys): Credentials => ({
  accessKeyId: keys.AccessKeyId,
  secretAccessKey: keys.SecretAccessKey,
  ...(keys.SessionToken === undefined ? {} : { sessionToken: keys.SessionToken }),
});

describe.skipIf(missing !== undefined)(needing('who did it', missing), () => {
  let server: TestServer;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let administrator: AwsCli;

  /** `aws cloudtrail lookup-events` until it finds as many events as there must be. */
  const lookUp = (key: string, value: string, least = 1) =>
    eventually(async () => {
      const attribute = `AttributeKey=${key},AttributeValue=${value}`;
      const { Events } = await administrator.json<{ Events: Event[] }>(
        ...['cloudtrail', 'lookup-events', '--lookup-attributes', attribute],
      );
      return Events.length >= least ? Events : undefined;
    });
  const names = (events: readonly Event[]) => events.map((event) => event.EventName);

  beforeAll(async () => {
    moto = await startMoto();
    server = await startServer({ args: ['--upstream', moto.url] });
    administrator = awsCli(server);
  });
  afterAll(async () => {
    await server.stop();
    await moto.stop();
  });

  describe('in a cloud that is watched', () => {
    const foreignKey = { accessKeyId: 'AKIAFOREIGNKEY000001', secretAccessKey: 'not known to Opentrail' };
    let bobKey: Keys;
    let roleKey: Keys;
    let role: { RoleId: string; Arn: string };
    let first = '';
    let second = '';

    beforeAll(async () => {
      const owner = awsCli(server, { credentials: foreignKey });
      const [, key] = await Promise.all([
        owner
          .json('iam', 'create-role', '--role-name', 'stopper', '--assume-role-policy-document', '{}')
          .then((made) => (role = made['Role'] as typeof role)),
        owner
          .json('iam', 'create-user', '--user-name', 'bob')
          .then(() => owner.json('iam', 'create-access-key', '--user-name', 'bob')),
      ]);
      bobKey = key['AccessKey'] as Keys;
      const { Instances } = await owner.json<{ Instances: { InstanceId: string }[] }>(
        ...[
          'ec2',
          'run-instances',
          '--image-id',
          'ami-12c6146b',
          '--count',
          '2',
          '--instance-type',
          't3.micro',
        ],
      );
      [first = '', second = ''] = Instances.map(({ InstanceId }) => InstanceId);
      const assumed = await awsCli(server, { credentials: credentialsOf(bobKey) }).json(
        ...['sts', 'assume-role', '--role-arn', role.Arn, '--role-session-name', 'nightly'],
      );
      roleKey = assumed['Credentials'] as Keys;
      await Promise.all([
        awsCli(server, { credentials: credentialsOf(bobKey) }).json(
          ...['ec2', 'terminate-instances', '--instance-ids', first],
        ),
        awsCli(server, { credentials: credentialsOf(roleKey) }).json(
          ...['ec2', 'stop-instances', '--instance-ids', second],
        ),
      ]);
    });

    it('finds by resource name who terminated an instance, and who ran it', async () => {
      const events = await lookUp('ResourceName', first, 2);
      expect(names(events).sort()).toEqual(['RunInstances', 'TerminateInstances']);
      const terminated = events.find(({ EventName }) => EventName === 'TerminateInstances')!;
      const record = recordOf(terminated);
      expect(record).toMatchObject({
        eventVersion: '1.11',
        eventSource: 'ec2.amazonaws.com',
        awsRegion: 'us-east-1',
        sourceIPAddress: '127.0.0.1',
        userAgent: expect.stringMatching(CLI) as string,
        userIdentity: {
          type: 'IAMUser',
          userName: 'bob',
          arn: `arn:aws:iam::${ACCOUNT}:user/bob`,
          accountId: ACCOUNT,
          accessKeyId: bobKey.AccessKeyId,
        },
        requestParameters: { instancesSet: { items: [{ instanceId: first }] } },
        responseElements: {
          instancesSet: {
            items: [
              {
                instanceId: first,
                currentState: { code: 32, name: 'shutting-down' },
                previousState: { code: 16, name: 'running' },
              },
            ],
          },
        },
        readOnly: false,
        managementEvent: true,
        recipientAccountId: ACCOUNT,
        eventCategory: 'Management',
      });
      expect(record).not.toHaveProperty('errorCode');
      expect(terminated).toMatchObject({ Username: 'bob', AccessKeyId: bobKey.AccessKeyId });
      expect(terminated.Resources).toContainEqual({
        ResourceType: 'AWS::EC2::Instance',
        ResourceName: first,
      });
    });

    it('finds by access key what a role session did, and who issued the session', async () => {
      const [event] = await lookUp('AccessKeyId', roleKey.AccessKeyId);
      expect(event?.EventName).toBe('StopInstances');
      expect(recordOf(event!)).toMatchObject({
        userIdentity: {
          type: 'AssumedRole',
          principalId: `${role.RoleId}:nightly`,
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/stopper/nightly`,
          accountId: ACCOUNT,
          accessKeyId: roleKey.AccessKeyId,
          sessionContext: {
            sessionIssuer: {
              type: 'Role',
              principalId: role.RoleId,
              arn: role.Arn,
              accountId: ACCOUNT,
              userName: 'stopper',
            },
            attributes: {
              creationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
              mfaAuthenticated: 'false',
            },
          },
        },
        requestParameters: { instancesSet: { items: [{ instanceId: second }] } },
        responseElements: { instancesSet: { items: [{ instanceId: second }] } },
      });
    });

    it('finds by user name everything that a user did, and what made the session', async () => {
      const events = await lookUp('Username', 'bob', 2);
      expect(names(events).sort()).toEqual(['AssumeRole', 'TerminateInstances']);
      const assume = events.find(({ EventName }) => EventName === 'AssumeRole')!;
      expect(recordOf(assume)).toMatchObject({
        requestParameters: { roleArn: role.Arn, roleSessionName: 'nightly' },
        responseElements: {
          credentials: { accessKeyId: roleKey.AccessKeyId },
          assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/stopper/nightly` },
        },
      });
      expect(assume.CloudTrailEvent).not.toContain(roleKey.SecretAccessKey);
      expect(assume.CloudTrailEvent).not.toContain(roleKey.SessionToken);
    });

    it('finds by event name who made the key, without its secret', async () => {
      const [event] = await lookUp('EventName', 'CreateAccessKey');
      expect(recordOf(event!)).toMatchObject({
        userIdentity: { type: 'Unknown', accountId: ACCOUNT, accessKeyId: foreignKey.accessKeyId },
        requestParameters: { userName: 'bob' },
        responseElements: { accessKey: { accessKeyId: bobKey.AccessKeyId, status: 'Active' } },
      });
      expect(event?.CloudTrailEvent).not.toContain(bobKey.SecretAccessKey);
    });

    it('finds a call that failed, with its error', async () => {
      const bob = awsCli(server, { credentials: credentialsOf(bobKey) });
      const failed = await bob.run('ec2', 'start-instances', '--instance-ids', 'i-00000000000000bad');
      expect(failed.stderr).toContain('InvalidInstanceID.NotFound');
      const [event] = await lookUp('EventName', 'StartInstances');
      expect(recordOf(event!)).toMatchObject({
        userIdentity: { userName: 'bob' },
        errorCode: 'Client.InvalidInstanceID.NotFound',
        errorMessage: expect.stringContaining('i-00000000000000bad') as string,
        requestParameters: { instancesSet: { items: [{ instanceId: 'i-00000000000000bad' }] } },
        responseElements: null,
      });
    });

    it('finds calls that the cloud denied, and writes a bad signature in nobody’s name', async () => {
      const judge = (calls: string) =>
        fetch(`${moto.url}/moto-api/reset-auth`, {
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: calls,
        });
      await judge('0');
      const ran = await Promise.all([
        awsCli(server, { credentials: credentialsOf(bobKey) }).run('iam', 'list-roles'),
        awsCli(server, {
          credentials: { accessKeyId: bobKey.AccessKeyId, secretAccessKey: 'guessed' },
        }).run('ec2', 'describe-volumes'),
      ]).finally(() => judge('inf'));
      expect(ran[0].stderr).toContain('AccessDenied');
      expect(ran[1].stderr).toContain('AuthFailure');
      const [[denied], [guessed]] = await Promise.all([
        lookUp('EventName', 'ListRoles'),
        lookUp('EventName', 'DescribeVolumes'),
      ]);
      expect(recordOf(denied!)).toMatchObject({
        userIdentity: { type: 'IAMUser', userName: 'bob' },
        errorCode: 'AccessDenied',
        errorMessage: expect.stringContaining('iam:ListRoles') as string,
      });
      const record = recordOf(guessed!);
      expect(record).toMatchObject({
        userIdentity: { type: 'Unknown', accountId: ACCOUNT },
        errorCode: 'Client.AuthFailure',
        additionalEventData: { claimedAccessKeyId: bobKey.AccessKeyId },
      });
      expect(record['userIdentity']).not.toHaveProperty('accessKeyId');
      expect(guessed).not.toHaveProperty('AccessKeyId');
    });
  });

  describe('with users of Opentrail’s own IAM, in front of a cloud with another', () => {
    it('answers the administrator itself and finds what its users did', async () => {
      await administrator.json('iam', 'create-user', '--user-name', 'erin');
      const { AccessKey } = await administrator.json<{ AccessKey: Keys }>(
        ...['iam', 'create-access-key', '--user-name', 'erin'],
      );
      const erin = awsCli(server, { credentials: credentialsOf(AccessKey) });
      expect(await erin.json('sts', 'get-caller-identity')).toMatchObject({
        Arn: `arn:aws:iam::${ACCOUNT}:user/erin`,
      });
      expect((await erin.run('cloudtrail', 'lookup-events')).stderr).toContain('AccessDenied');
      const inTheCloud = awsCli({ url: moto.url, credentials: server.credentials });
      expect((await inTheCloud.run('iam', 'get-user', '--user-name', 'erin')).stderr).toContain(
        'NoSuchEntity',
      );

      const events = await lookUp('Username', 'erin', 2);
      expect(names(events).sort()).toEqual(['GetCallerIdentity', 'LookupEvents']);
      const denied = events.find(({ EventName }) => EventName === 'LookupEvents');
      expect(recordOf(denied!)).toMatchObject({
        eventSource: 'cloudtrail.amazonaws.com',
        userIdentity: { type: 'IAMUser', userName: 'erin', accessKeyId: AccessKey.AccessKeyId },
        errorCode: 'AccessDenied',
        errorMessage: expect.stringContaining('cloudtrail:LookupEvents') as string,
        responseElements: null,
      });
      const [made] = await lookUp('EventName', 'CreateUser', 2);
      expect(recordOf(made!)).toMatchObject({
        eventSource: 'iam.amazonaws.com',
        userIdentity: { type: 'IAMUser', userName: 'admin', accessKeyId: server.credentials.accessKeyId },
        requestParameters: { userName: 'erin' },
        responseElements: { user: { userName: 'erin', arn: `arn:aws:iam::${ACCOUNT}:user/erin` } },
      });
    });
  });

  it('finds a call within a second of its answer', async () => {
    const waits: number[] = [];
    for (let call = 0; call < 5; call++) {
      const name = `no-such-trail-${randomBytes(4).toString('hex')}`;
      await jsonCall(server, 'CloudTrail_20131101.GetTrail', { Name: name });
      const answered = performance.now();
      await eventually(async () => {
        const { body } = await jsonCall(server, 'CloudTrail_20131101.LookupEvents', {
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'GetTrail' }],
          MaxResults: 50,
        });
        return JSON.stringify(body).includes(name) ? true : undefined;
      });
      waits.push(performance.now() - answered);
    }
    const median = waits.sort((a, b) => a - b)[2] ?? Infinity;
    expect(median).toBeLessThan(1000);
  });
});
