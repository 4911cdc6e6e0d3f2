import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { boto3 } from '../../test/kit/boto3.ts';
import { opentrail, opentrailOf } from '../../test/kit/cli.ts';
import { startMoto } from '../../test/kit/moto.ts';
import { eventually } from '../../test/kit/run.ts';
import { awsEnv, startServer, type TestServer } from '../../test/kit/server.ts';
import { missingTool, needing } from '../../test/kit/tools.ts';

type Link = {
  identity: Record<string, unknown>;
  issuedBy?: { eventName: string; sourceIp: string };
};
type Report = {
  kind: string;
  found: boolean;
  identity: Record<string, unknown>;
  firstSeen: string;
  lastSeen: string;
  events: number;
  errors: number;
  chains: { links: Link[]; person?: Record<string, unknown> }[];
  callers: { value: string; count: number }[];
  services: { service: string; events: number; activity: number[] }[];
};

/** What only a terminal understands. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

let server: TestServer;

const who = (...args: string[]) => opentrailOf(server, 'who', ...args);
const report = async (...args: string[]): Promise<Report> => {
  const ran = await who(...args, '--json');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout) as Report;
};

const missing = missingTool('moto_server', 'boto3');

describe.skipIf(missing !== undefined)(needing('who, in a cloud that is watched', missing), () => {
  const OWNER = { accessKeyId: 'AKIAFOREIGNKEY000001', secretAccessKey: 'not known to Opentrail' };
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let keys: { user: string; a: string; b: string; unused: string; instance: string };

  beforeAll(async () => {
    moto = await startMoto();
    server = await startServer({ args: ['--upstream', moto.url] });
    keys = await boto3(server, SCRIPT, { credentials: OWNER });
    await eventually(async () => ((await who(keys.b)).code === 0 ? true : undefined));
  });
  afterAll(async () => {
    await server.stop();
    await moto.stop();
  });

  it('goes back from the last key to the user, role by role', async () => {
    const { chains, identity, ...rest } = await report(keys.b);
    expect(rest).toMatchObject({
      kind: 'key',
      events: 1,
      errors: 0,
      services: [{ service: 'ec2.amazonaws.com' }],
    });
    expect(identity).toMatchObject({
      type: 'AssumedRole',
      session: 'second',
      role: expect.stringMatching(/role\/b$/) as string,
    });
    const [chain, ...more] = chains;
    expect(more).toEqual([]);
    expect(
      chain?.links.map((link) => [
        link.identity['accessKeyId'],
        link.identity['type'],
        link.issuedBy?.eventName,
      ]),
    ).toEqual([
      [keys.b, 'AssumedRole', 'AssumeRole'],
      [keys.a, 'AssumedRole', 'AssumeRole'],
      [keys.user, 'IAMUser', 'CreateAccessKey'],
      [OWNER.accessKeyId, 'Unknown', undefined],
    ]);
    expect(chain?.person).toMatchObject({ type: 'IAMUser', userName: 'carla', accessKeyId: keys.user });
  });

  it('tells it to people, the same way in every pipe', async () => {
    const { code, stdout, stderr } = await who(keys.b);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(CONTROL);
    const lines = stdout.split('\n').map((line) => line.trim());
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
    const order = [
      `${keys.b}: access key of session second of role b in account 123456789012`,
      'first seen',
      'Chain, newest first',
      `1. ${keys.b}  session second of role b`,
      'by AssumeRole at 20',
      `2. ${keys.a}  session first of role a`,
      `3. ${keys.user}  IAM user carla`,
      'by CreateAccessKey at 20',
      `4. ${OWNER.accessKeyId}  unknown caller`,
      'issuer not seen',
      'behind it: IAM user carla in account 123456789012',
      'Timeline by service',
      'ec2.amazonaws.com',
    ].map(at);
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('finds the same people by session, by ARN, by role, by address and by resource', async () => {
    const roleB = 'arn:aws:iam::123456789012:role/b';
    const [session, arn, role, address, resource] = await Promise.all([
      report('second'),
      report('arn:aws:sts::123456789012:assumed-role/b/second'),
      report(roleB),
      report('127.0.0.1'),
      report(keys.instance),
    ]);
    for (const one of [session, arn, role]) {
      expect(one).toMatchObject({ events: 1, identity: { session: 'second' } });
      expect(one.chains[0]?.person).toMatchObject({ userName: 'carla' });
    }
    expect(await report('b/second')).toMatchObject({ events: 1, identity: { session: 'second' } });
    expect([session.kind, arn.kind, role.kind, address.kind, resource.kind]).toEqual([
      'session',
      'arn',
      'arn',
      'ip',
      'resource',
    ]);
    expect(address.callers.map(({ value }) => value)).toContain('arn:aws:iam::123456789012:user/carla');
    expect(address.services.length).toBeGreaterThan(2);
    expect(resource).toMatchObject({ events: 2, services: [{ service: 'ec2.amazonaws.com', events: 2 }] });
    expect(resource.chains.map(({ links }) => links.length).sort()).toEqual([1, 4]);
  });

  it('says of a key that was never used who made it', async () => {
    const unused = await report(keys.unused);
    expect(unused).toMatchObject({
      kind: 'key',
      events: 0,
      identity: { type: 'IAMUser', userName: 'carla' },
      services: [],
      chains: [
        {
          links: [
            { issuedBy: { eventName: 'CreateAccessKey' } },
            { identity: { accessKeyId: keys.user } },
            {},
          ],
        },
      ],
    });
    expect(unused).not.toHaveProperty('firstSeen');
    expect((await who(keys.unused)).stdout).toMatch(/first seen +never/);
  });

  it('sees only an account and region where it may not see all, and says so', async () => {
    const policy = join(server.data, 'look-up.json');
    const statement = { Effect: 'Allow', Action: 'cloudtrail:LookupEvents', Resource: '*' };
    await writeFile(policy, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
    const made = await opentrailOf(server, 'users', 'create', 'auditor', '--policy', policy, '--json');
    await rm(policy);
    const { accessKeyId, secretAccessKey } = JSON.parse(made.stdout) as {
      accessKeyId: string;
      secretAccessKey: string;
    };
    const ran = await opentrail(['who', keys.b], { env: awsEnv(server, { accessKeyId, secretAccessKey }) });
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^only your own account and region/) as string,
    });
    expect(ran.stdout).toContain('behind it: IAM user carla');
  });
});

describe('who, on the demo', () => {
  beforeAll(async () => {
    server = await startServer();
    const made = await opentrailOf(server, 'demo', '--events', '3000', '--days', '5', '--seed', '1');
    expect(made.code).toBe(0);
    await eventually(async () => ((await who('ledger')).code === 0 ? true : undefined));
  });
  afterAll(() => server.stop());

  it('agrees with lookup on first, last and how many, in all and by service', async () => {
    const { stdout } = await opentrailOf(server, 'lookup', 'user=alice', '--all', '--max', '0', '--json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { EventTime: number; EventSource: string });
    const times = events.map(({ EventTime }) => EventTime);
    const alice = await report('alice');
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '');
    expect(alice).toMatchObject({
      kind: 'session',
      identity: { type: 'IAMUser', userName: 'alice' },
      events: events.length,
      firstSeen: iso(Math.min(...times)),
      lastSeen: iso(Math.max(...times)),
    });
    expect(alice.services.length).toBeGreaterThan(3);
    for (const { service, events: count, activity, ...seen } of alice.services) {
      const own = events
        .filter(({ EventSource }) => EventSource === service)
        .map(({ EventTime }) => EventTime);
      expect([service, count, activity.reduce((sum, one) => sum + one, 0)]).toEqual([
        service,
        own.length,
        own.length,
      ]);
      expect(seen).toMatchObject({ firstSeen: iso(Math.min(...own)), lastSeen: iso(Math.max(...own)) });
    }
  });

  it('tells of the leaked key where it came from, and where its chain ends', async () => {
    const { keys } = (await report('185.220.101.34')) as Report & { keys: { value: string }[] };
    const { stdout } = await who(keys[0]?.value ?? '');
    expect(stdout).toMatch(/access key of IAM user reporting[^]*issuer not seen[^]*185\.220\.101\.34/);
  });

  it.each([
    ['nobody-at-all'],
    ['198.51.100.77'],
    ['arn:aws:iam::123456789012:user/nobody'],
    ['ledger', '--as', 'key'],
  ])('says that nothing is found about %s, and ends with 1', async (...args) => {
    expect(await who(...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^nothing found about ".+"/) as string,
    });
    const json = await who(...args, '--json');
    expect([json.code, JSON.parse(json.stdout)]).toEqual([1, { subject: args[0], found: false }]);
  });

  it('knows a role by its bare name', async () => {
    const role = await report('DeployRole');
    expect(role.callers.length).toBeGreaterThan(0);
    for (const { value } of role.callers) expect(value).toMatch(/:assumed-role\/DeployRole\//);
  });

  it('keeps to a time that is given', async () => {
    const all = await report('ledger');
    expect((await report('ledger', '--end', all.firstSeen)).lastSeen).toBe(all.firstSeen);
    expect((await who('ledger', '--end', '2020-01-01')).stderr).toMatch(/in this time/);
  });

  it.each([
    [[], /missing required argument/],
    [['x', '--as', 'colour'], /Allowed choices are key, arn/],
    [[''], /who\? Give/],
  ])('is called the wrong way: %j', async (args, why) => {
    expect(await who(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(why) as string,
    });
  });
});

const SCRIPT = `
import json as j
trust = '{"Version":"2012-10-17","Statement":[]}'
iam = client('iam')
roles = [iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)['Role']['Arn'] for name in ('a', 'b')]
iam.create_user(UserName='carla')
key = iam.create_access_key(UserName='carla')['AccessKey']
instance = client('ec2').run_instances(ImageId='ami-12c6146b', MinCount=1, MaxCount=1)['Instances'][0]['InstanceId']
carla = (key['AccessKeyId'], key['SecretAccessKey'])
unused = client('iam', *carla).create_access_key(UserName='carla')['AccessKey']
def assume(role, name, *caller):
    made = client('sts', *caller).assume_role(RoleArn=role, RoleSessionName=name)['Credentials']
    return made['AccessKeyId'], made['SecretAccessKey'], made['SessionToken']
a = assume(roles[0], 'first', *carla)
b = assume(roles[1], 'second', *a)
client('ec2', *b).stop_instances(InstanceIds=[instance])
say({'user': carla[0], 'a': a[0], 'b': b[0], 'unused': unused['AccessKeyId'], 'instance': instance})
`;
