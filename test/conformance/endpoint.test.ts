import { CloudTrailClient, DescribeTrailsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { lookupAll } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type Credentials, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

/** What clients show of an error. */
type Told = {
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly message?: string;
  readonly requestId?: string | undefined;
};
type Wrong = 'key' | 'secret' | 'clock' | 'token' | 'permission';
type Service = 'cloudtrail' | 'iam' | 's3';

const INVALID_TOKEN = /^The security token included in the request is invalid\.?$/;
const MISMATCH =
  /^The request signature we calculated does not match the signature you provided\. Check your/;
const EXPIRED =
  /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/;
const NOT_ALLOWED =
  /^User: arn:aws:iam::123456789012:user\/limited is not authorized to perform: \w+:\w+ on resource: \S+ because no identity-based policy allows the \w+:\w+ action$/;

/** As AWS says it: JSON 1.1, Query and REST-XML each in their own words. */
const EXPECTED: Record<Service, Record<Wrong, readonly [code: string, status: number, message: RegExp]>> = {
  cloudtrail: {
    key: ['UnrecognizedClientException', 400, INVALID_TOKEN],
    secret: ['InvalidSignatureException', 403, MISMATCH],
    clock: ['InvalidSignatureException', 403, EXPIRED],
    token: ['UnrecognizedClientException', 400, INVALID_TOKEN],
    permission: ['AccessDeniedException', 403, NOT_ALLOWED],
  },
  iam: {
    key: ['InvalidClientTokenId', 403, INVALID_TOKEN],
    secret: ['SignatureDoesNotMatch', 403, MISMATCH],
    clock: ['SignatureDoesNotMatch', 403, EXPIRED],
    token: ['InvalidClientTokenId', 403, INVALID_TOKEN],
    permission: ['AccessDenied', 403, NOT_ALLOWED],
  },
  s3: {
    key: ['InvalidAccessKeyId', 403, /^The AWS Access Key Id you provided does not exist in our records\.$/],
    secret: ['SignatureDoesNotMatch', 403, MISMATCH],
    clock: [
      'RequestTimeTooSkewed',
      403,
      /^The difference between the request time and the current time is too large\.$/,
    ],
    token: ['InvalidToken', 400, /^The provided token is malformed or otherwise invalid\.$/],
    permission: ['AccessDenied', 403, NOT_ALLOWED],
  },
};
const SERVICES = Object.keys(EXPECTED) as Service[];
const WRONGS = Object.keys(EXPECTED.s3) as Wrong[];
const CASES = SERVICES.flatMap((service) => WRONGS.map((wrong) => [service, wrong] as const));

function expectRefusal(told: Told | undefined, service: Service, wrong: Wrong): void {
  const [code, status, message] = EXPECTED[service][wrong];
  expect(told?.code).toBe(code);
  expect(told?.message).toMatch(message);
  if (told !== undefined && 'status' in told) expect(told.status).toBe(status);
}

const HOUR_AGO = -3_600_000;

let server: TestServer;
let limited: Credentials;
let session: Credentials;

beforeAll(async () => {
  server = await startServer();
  const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
  await iam.send(new CreateUserCommand({ UserName: 'limited' }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'limited',
      PolicyName: 'trails',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'cloudtrail:GetTrail*', Resource: '*' },
      }),
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'limited' }));
  limited = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  const sts = new STSClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
  const { Credentials: made } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
  session = {
    accessKeyId: made?.AccessKeyId ?? '',
    secretAccessKey: made?.SecretAccessKey ?? '',
    sessionToken: made?.SessionToken ?? '',
  };
});
afterAll(() => server.stop());

function wrongCredentials(wrong: Wrong): Credentials {
  switch (wrong) {
    case 'key':
      return { ...server.credentials, accessKeyId: 'AKIAXXXXXXXXXXXXXXXX' };
    case 'secret':
      return { ...server.credentials, secretAccessKey: 'wrong' };
    case 'token':
      return { ...session, sessionToken: `${session.sessionToken?.slice(0, -8)}AAAAAAAA` };
    case 'permission':
      return limited;
    case 'clock':
      return server.credentials;
  }
}

describe('the JS SDK', () => {
  const call = async (
    service: Service | 'sts',
    credentials: Credentials,
    systemClockOffset = 0,
  ): Promise<Told> => {
    const options = {
      endpoint: server.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
      systemClockOffset,
    };
    const calls = {
      cloudtrail: () => new CloudTrailClient(options).send(new DescribeTrailsCommand({})),
      iam: () => new IAMClient(options).send(new ListUsersCommand({})),
      s3: () => new S3Client({ ...options, forcePathStyle: true }).send(new ListBucketsCommand({})),
      sts: () => new STSClient(options).send(new GetCallerIdentityCommand({})),
    };
    try {
      const { $metadata } = await calls[service]();
      return { status: $metadata.httpStatusCode, requestId: $metadata.requestId };
    } catch (error) {
      const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      return { code: name, message, status: $metadata?.httpStatusCode };
    }
  };

  it.each(CASES)('is told by %s of a wrong %s', async (service, wrong) => {
    expectRefusal(
      await call(service, wrongCredentials(wrong), wrong === 'clock' ? HOUR_AGO : 0),
      service,
      wrong,
    );
  });

  it.each(['cloudtrail', 'sts', 's3'] as const)(
    'is served by %s with a session, and the record has the request id',
    async (service) => {
      const told = await call(service, session);
      expect(told).toMatchObject({ status: 200 });
      expect(told.requestId).toMatch(/\S/);
      const found = await eventually(async () => {
        const events = await lookupAll(server, {
          LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: session.accessKeyId }],
          EventCategory: 'all',
        });
        return events.find(({ CloudTrailEvent }) => CloudTrailEvent.includes(`"${told.requestId}"`));
      });
      expect(JSON.parse(found.CloudTrailEvent)).toMatchObject({
        requestID: told.requestId,
        userIdentity: {
          type: 'IAMUser',
          userName: 'admin',
          sessionContext: { attributes: { mfaAuthenticated: 'false' } },
        },
      });
    },
  );

  it('may not manage users with a session that was made without MFA, as in AWS', async () => {
    expect(await call('iam', session)).toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('learns from STS who it is, and gets a session that is the same user', async () => {
    const identity = async (credentials: Credentials) => {
      const sts = new STSClient({ endpoint: server.url, region: 'us-east-1', credentials });
      const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
      return { Account, Arn, UserId };
    };
    const own = await identity(server.credentials);
    expect(own).toEqual({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/admin',
      UserId: expect.stringMatching(/^AIDA[A-Z0-9]{17}$/) as string,
    });
    expect(await identity(session)).toEqual(own);
    expect(session.accessKeyId).toMatch(/^ASIA[A-Z0-9]{16}$/);
    // No policy is asked.
    expect((await identity(limited)).Arn).toBe('arn:aws:iam::123456789012:user/limited');
  });

  it('leaves a record of what was refused, in nobody’s name unless the signature was right', async () => {
    await Promise.all([call('iam', wrongCredentials('secret')), call('iam', limited)]);
    const { guessed, denied } = await eventually(async () => {
      const events = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'ListUsers' }],
      });
      const records = events.map((event) => JSON.parse(event.CloudTrailEvent) as Record<string, unknown>);
      const guessed = records.find((record) => record['errorCode'] === 'SignatureDoesNotMatch');
      const denied = records.find(({ userIdentity }) => JSON.stringify(userIdentity).includes('"limited"'));
      return guessed && denied ? { guessed, denied } : undefined;
    });
    expect(guessed).toMatchObject({
      userIdentity: { type: 'Unknown', accountId: '123456789012' },
      additionalEventData: { claimedAccessKeyId: server.credentials.accessKeyId },
    });
    expect(denied).toMatchObject({
      errorCode: 'AccessDenied',
      userIdentity: { accessKeyId: limited.accessKeyId },
    });
  });
});

const noBoto3 = missingTool('boto3');

describe.skipIf(noBoto3 !== undefined)(needing('boto3', noBoto3), () => {
  it('is told the same by each service', async () => {
    const wrongs = Object.fromEntries(
      WRONGS.map((wrong) => {
        const { accessKeyId, secretAccessKey, sessionToken } = wrongCredentials(wrong);
        return [wrong, [accessKeyId, secretAccessKey, sessionToken ?? null]];
      }),
    );
    const told = await boto3<Record<string, Told>>(
      server,
      `
import datetime
import botocore.auth
now = botocore.auth.get_current_datetime
answers = {}
for wrong, (key, secret, token) in json.loads(os.environ['WRONGS']).items():
    if wrong == 'clock':
        botocore.auth.get_current_datetime = lambda *args, **named: now(*args, **named) - datetime.timedelta(hours=1)
    answers['cloudtrail ' + wrong] = told(lambda: client('cloudtrail', key, secret, token).describe_trails())
    answers['iam ' + wrong] = told(lambda: client('iam', key, secret, token).list_users())
    answers['s3 ' + wrong] = told(lambda: client('s3', key, secret, token).list_buckets())
    botocore.auth.get_current_datetime = now
say(answers)
`,
      { env: { WRONGS: JSON.stringify(wrongs) } },
    );
    for (const [service, wrong] of CASES) expectRefusal(told[`${service} ${wrong}`], service, wrong);
  });

  it('makes URLs that work until they end or are changed', async () => {
    const urls = await boto3<Record<string, string>>(
      server,
      `
import datetime
import botocore.auth
def version4(key=None, secret=None):
    return boto3.client('s3', config=Config(signature_version='s3v4'), aws_access_key_id=key, aws_secret_access_key=secret)
s3 = version4()
s3.create_bucket(Bucket='presigned')
s3.put_object(Bucket='presigned', Key='a', Body=b'hello')
identity = lambda sts, **more: sts.generate_presigned_url('get_caller_identity', HttpMethod='GET', **more)
urls = {
    'get': s3.generate_presigned_url('get_object', Params={'Bucket': 'presigned', 'Key': 'a'}),
    'identity': identity(client('sts')),
    'version 2': client('s3').generate_presigned_url('get_object', Params={'Bucket': 'presigned', 'Key': 'a'}),
    'denied': version4('${limited.accessKeyId}', '${limited.secretAccessKey}').generate_presigned_url('get_object', Params={'Bucket': 'presigned', 'Key': 'a'}),
}
now = botocore.auth.get_current_datetime
botocore.auth.get_current_datetime = lambda *args, **named: now(*args, **named) - datetime.timedelta(hours=1)
urls['expired'] = s3.generate_presigned_url('get_object', Params={'Bucket': 'presigned', 'Key': 'a'}, ExpiresIn=60)
urls['expired identity'] = identity(client('sts'), ExpiresIn=60)
say(urls)
`,
    );
    const get = async (url = '') => {
      const response = await fetch(url);
      const text = await response.text();
      return { status: response.status, text, code: /<Code>(\w+)</.exec(text)?.[1] };
    };
    expect(await get(urls['get'])).toMatchObject({ status: 200, text: 'hello' });
    const { status, text } = await get(urls['identity']);
    expect(status).toBe(200);
    expect(text).toContain('<Arn>arn:aws:iam::123456789012:user/admin</Arn>');
    expect(await get(urls['denied'])).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await get(urls['get']?.replace('/presigned/a?', '/presigned/b?'))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const expired = await get(urls['expired']);
    expect(expired).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(expired.text).toContain('<Message>Request has expired</Message>');
    expect(await get(urls['expired identity'])).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(urls['version 2']).toContain('AWSAccessKeyId=');
    expect(await get(urls['version 2'])).toMatchObject({ status: 400, code: 'InvalidRequest' });
  });
});

const noCli = missingTool('aws');

describe.skipIf(noCli !== undefined)(needing('the AWS CLI', noCli), () => {
  const COMMANDS: Record<Service, readonly string[]> = {
    cloudtrail: ['cloudtrail', 'describe-trails'],
    iam: ['iam', 'list-users'],
    s3: ['s3api', 'list-buckets'],
  };
  const wrongs = WRONGS.filter((wrong) => wrong !== 'clock' && wrong !== 'token');

  it.each(SERVICES)('is told by %s what is wrong', async (service) => {
    const ran = await Promise.all(
      wrongs.map((wrong) =>
        awsCli(server, { credentials: wrongCredentials(wrong), env: { AWS_MAX_ATTEMPTS: '1' } }).run(
          ...COMMANDS[service],
        ),
      ),
    );
    ran.forEach(({ code, stderr }, i) => {
      const [, error, message] =
        /An error occurred \((\w+)\) when calling the \w+ operation(?: \(reached max retries: \d\))?: (.*)/.exec(
          stderr,
        ) ?? [];
      expect(code).toBeGreaterThan(1);
      expectRefusal({ code: error, message: message ?? '' }, service, wrongs[i]!);
    });
  });

  it('works with a session', async () => {
    const cli = awsCli(server, { credentials: session });
    await cli.json('s3api', 'create-bucket', '--bucket', 'by-session');
    const { Buckets } = await cli.json<{ Buckets: { Name: string }[] }>('s3api', 'list-buckets');
    expect(Buckets.map(({ Name }) => Name)).toContain('by-session');
    expect(await cli.json('sts', 'get-caller-identity')).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:user/admin',
    });
  });
});
