import { ACCOUNTS, session, user, type Actor } from './cast.ts';
import type { Random } from './random.ts';
import type { DemoCall } from './demo-record.ts';

const DAY = 86_400;
const PYTHON =
  'Boto3/1.26.27 md/Botocore#1.29.27 ua/2.0 os/linux#5.15.0-kali md/arch#x86_64 lang/python#3.11.2 Botocore/1.29.27';

/** What somebody will want to find: a leaked key, a deleted table, a trail that was stopped. Times are seconds; `end` is the newest. */
export function incidents(random: Random, { end }: { readonly end: number }): readonly DemoCall[] {
  return [
    ...leakedKey(random, end - 3 * DAY),
    ...deletedTable(random, end - 5 * 3600),
    ...openedToTheWorld(random, end - 6 * DAY),
    ...rootSignIn(random, end - 9 * DAY),
  ];
}

/** A key from a public repository: the thief looks around, is denied, makes a key for another user, stops the trail. */
function leakedKey(random: Random, start: number): DemoCall[] {
  const person = { account: ACCOUNTS.production, userName: 'reporting', habits: [], weight: 0 };
  const actor = user(random, { ...person, ip: '185.220.101.34', userAgent: PYTHON });
  const steps: [string, string, Readonly<Record<string, unknown>> | null, boolean, string?][] = [
    ['sts', 'GetCallerIdentity', null, true],
    ['iam', 'ListUsers', null, true, 'AccessDenied'],
    ['iam', 'ListAttachedUserPolicies', { userName: 'reporting' }, true, 'AccessDenied'],
    ['s3', 'ListBuckets', { Host: 's3.amazonaws.com' }, true],
    ['secretsmanager', 'ListSecrets', null, true, 'AccessDeniedException'],
    ['secretsmanager', 'GetSecretValue', { secretId: 'prod/stripe' }, true, 'AccessDeniedException'],
    ['ec2', 'DescribeInstances', { instancesSet: {}, filterSet: {} }, true],
    [
      'ec2',
      'RunInstances',
      {
        instanceType: 'p5.48xlarge',
        instancesSet: { items: [{ imageId: 'ami-0deadbeef0badc0de', minCount: 8, maxCount: 8 }] },
      },
      false,
      'Client.UnauthorizedOperation',
    ],
    ['iam', 'CreateAccessKey', { userName: 'bob' }, false],
    ['cloudtrail', 'StopLogging', { name: 'organization' }, false],
    ['cloudtrail', 'DeleteTrail', { name: 'organization' }, false, 'AccessDenied'],
  ];
  return steps.flatMap(([service, name, parameters, readOnly, error], index) => {
    const repeats = error ? 6 : 1;
    return Array.from({ length: repeats }, (_, n) =>
      call(actor, { time: start + index * 70 + n * 4, service, name, parameters, readOnly, error }),
    );
  });
}

/** Monday's question: who deleted the ledger? */
function deletedTable(random: Random, start: number): DemoCall[] {
  const actor = session(random, {
    account: ACCOUNTS.production,
    role: 'DeployRole',
    userName: 'dmitri@acme.example',
    ip: '198.51.100.12',
    userAgent: 'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/macos#25.0 lang/python#3.13.7',
    habits: [],
    weight: 0,
  });
  return [
    call(actor, {
      time: start,
      service: 'dynamodb',
      name: 'DescribeTable',
      parameters: { tableName: 'ledger' },
      readOnly: true,
    }),
    call(actor, {
      time: start + 41,
      service: 'dynamodb',
      name: 'UpdateTable',
      parameters: { tableName: 'ledger', deletionProtectionEnabled: false },
      readOnly: false,
    }),
    call(actor, {
      time: start + 55,
      service: 'dynamodb',
      name: 'DeleteTable',
      parameters: { tableName: 'ledger' },
      readOnly: false,
    }),
  ];
}

function openedToTheWorld(random: Random, start: number): DemoCall[] {
  const actor = user(random, {
    account: ACCOUNTS.staging,
    userName: 'carol',
    ip: '198.51.100.83',
    userAgent: 'console.amazonaws.com',
    habits: [],
    weight: 0,
  });
  const parameters = {
    groupId: 'sg-0b7c5d4e3f2a19087',
    ipPermissions: {
      items: [
        { ipProtocol: 'tcp', fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
      ],
    },
  };
  return [
    call(actor, {
      time: start,
      service: 'ec2',
      name: 'AuthorizeSecurityGroupIngress',
      parameters,
      readOnly: false,
    }),
  ];
}

function rootSignIn(random: Random, start: number): DemoCall[] {
  const account = ACCOUNTS.audit;
  const actor: Actor = {
    account,
    region: 'us-east-1',
    userName: 'root',
    identity: {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId: '',
    },
    ip: '203.0.113.201',
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    habits: [],
    weight: 0,
    hours: 'always',
  };
  const attempt = (time: number, result: 'Success' | 'Failure'): DemoCall => ({
    ...call(actor, { time, service: 'signin', name: 'ConsoleLogin', parameters: null, readOnly: false }),
    elements: { ConsoleLogin: result },
    extra: {
      additionalEventData: {
        LoginTo: 'https://console.aws.amazon.com/console/home',
        MobileVersion: 'No',
        MFAUsed: 'No',
      },
      eventType: 'AwsConsoleSignIn',
      ...(result === 'Failure' ? { errorMessage: 'Failed authentication' } : {}),
    },
  });
  return [attempt(start, 'Failure'), attempt(start + 21, 'Failure'), attempt(start + 44, 'Success')].map(
    (one) => ({ ...one, id: random.uuid() }),
  );
}

type Step = {
  time: number;
  service: string;
  name: string;
  parameters: Readonly<Record<string, unknown>> | null;
  readOnly: boolean;
  error?: string | undefined;
};

function call(actor: Actor, { service, ...step }: Step): DemoCall {
  return { ...step, actor, source: `${service}.amazonaws.com`, elements: null };
}
