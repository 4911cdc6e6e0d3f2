import type { Actor } from './cast.ts';
import type { Random } from './random.ts';

/** One kind of call: what it is, how often, and what it carries. */
export type Play = {
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly weight: number;
  /** Shape of the parameters; null for none. */
  readonly parameters?: (random: Random, actor: Actor) => Readonly<Record<string, unknown>>;
  readonly elements?: (
    parameters: Readonly<Record<string, unknown>> | null,
    random: Random,
    actor: Actor,
  ) => Readonly<Record<string, unknown>>;
  /** Share of calls that are denied. */
  readonly denied?: number;
};

const BUCKETS = [
  'acme-invoices',
  'acme-media',
  'acme-terraform-state',
  'acme-exports',
  'acme-cloudtrail-logs',
];
const TABLES = ['orders', 'ledger', 'sessions', 'inventory'];
const FUNCTIONS = ['resize-image', 'charge-card', 'send-receipt', 'sync-crm'];
const SECRETS = ['prod/db/password', 'prod/stripe', 'staging/db/password'];
const instance = (random: Random) => `i-0${random.hex(16)}`;
const read = (source: string, name: string, weight: number, parameters?: Play['parameters']): Play => ({
  source,
  name,
  readOnly: true,
  weight,
  parameters,
  denied: 0.012,
});
const write = (
  source: string,
  name: string,
  weight: number,
  ...shapes: [Play['parameters'], Play['elements']?]
): Play => ({
  source,
  name,
  readOnly: false,
  weight,
  parameters: shapes[0],
  elements: shapes[1],
  denied: 0.008,
});

const stateChange =
  (previous: string, current: string): Play['elements'] =>
  (parameters, random) => ({
    requestId: random.uuid(),
    instancesSet: {
      items: (
        (parameters?.['instancesSet'] as { items: { instanceId: string }[] } | undefined)?.items ?? []
      ).map(({ instanceId }) => ({
        instanceId,
        currentState: { code: current === 'stopping' ? 64 : 32, name: current },
        previousState: { code: 16, name: previous },
      })),
    },
  });

const onInstance: Play['parameters'] = (random) => ({
  instancesSet: { items: [{ instanceId: instance(random) }] },
});

const bucket: Play['parameters'] = (random) => {
  const bucketName = random.pick(BUCKETS);
  return { bucketName, Host: `${bucketName}.s3.amazonaws.com` };
};

export const PLAYBOOK: Readonly<Record<string, readonly Play[]>> = {
  look: [
    read('ec2.amazonaws.com', 'DescribeInstances', 10, () => ({ instancesSet: {}, filterSet: {} })),
    read('ec2.amazonaws.com', 'DescribeSecurityGroups', 5, () => ({
      securityGroupSet: {},
      securityGroupIdSet: {},
      filterSet: {},
    })),
    read('sts.amazonaws.com', 'GetCallerIdentity', 6),
    read('iam.amazonaws.com', 'ListUsers', 2, () => ({ maxItems: 100 })),
    read('s3.amazonaws.com', 'ListBuckets', 3, () => ({ Host: 's3.amazonaws.com' })),
    read('cloudtrail.amazonaws.com', 'LookupEvents', 2, () => ({ maxResults: 50 })),
  ],
  watch: [
    read('cloudtrail.amazonaws.com', 'DescribeTrails', 3, () => ({
      trailNameList: [],
      includeShadowTrails: true,
    })),
    read('iam.amazonaws.com', 'GetAccountPasswordPolicy', 2),
    read('kms.amazonaws.com', 'ListKeys', 2),
    read('s3.amazonaws.com', 'GetBucketPolicy', 4, bucket),
    read('iam.amazonaws.com', 'GenerateCredentialReport', 1),
  ],
  compute: [
    write(
      'ec2.amazonaws.com',
      'RunInstances',
      3,
      () => ({
        instancesSet: { items: [{ imageId: 'ami-0c1f7a5e0d2b94a38', minCount: 1, maxCount: 1 }] },
        instanceType: 'm7g.large',
        blockDeviceMapping: {},
        monitoring: { enabled: false },
      }),
      (_, random) => ({
        requestId: random.uuid(),
        reservationId: `r-0${random.hex(16)}`,
        instancesSet: {
          items: [
            {
              instanceId: instance(random),
              imageId: 'ami-0c1f7a5e0d2b94a38',
              instanceState: { code: 0, name: 'pending' },
              instanceType: 'm7g.large',
              subnetId: 'subnet-0f1d2c3b4a5968778',
            },
          ],
        },
      }),
    ),
    write('ec2.amazonaws.com', 'StopInstances', 2, onInstance, stateChange('running', 'stopping')),
    write('ec2.amazonaws.com', 'TerminateInstances', 1, onInstance, stateChange('running', 'shutting-down')),
    write(
      'ec2.amazonaws.com',
      'CreateTags',
      3,
      (random) => ({
        resourcesSet: { items: [{ resourceId: instance(random) }] },
        tagSet: { items: [{ key: 'team', value: 'payments' }] },
      }),
      (_, random) => ({ requestId: random.uuid(), _return: true }),
    ),
    write(
      'ec2.amazonaws.com',
      'AuthorizeSecurityGroupIngress',
      1,
      () => ({
        groupId: 'sg-0b7c5d4e3f2a19087',
        ipPermissions: {
          items: [
            {
              ipProtocol: 'tcp',
              fromPort: 443,
              toPort: 443,
              ipRanges: { items: [{ cidrIp: '203.0.113.0/24' }] },
            },
          ],
        },
      }),
      (_, random) => ({ requestId: random.uuid(), _return: true }),
    ),
    write('autoscaling.amazonaws.com', 'UpdateAutoScalingGroup', 2, (random) => ({
      autoScalingGroupName: 'web',
      desiredCapacity: 2 + random.below(6),
    })),
  ],
  storage: [
    write('s3.amazonaws.com', 'PutBucketPolicy', 1, (random, actor) => ({
      ...bucket(random, actor),
      policy: '',
    })),
    write('s3.amazonaws.com', 'CreateBucket', 1, (random) => ({
      bucketName: `acme-scratch-${random.hex(6)}`,
    })),
    read('s3.amazonaws.com', 'GetBucketLocation', 5, bucket),
    read('s3.amazonaws.com', 'GetBucketEncryption', 3, bucket),
  ],
  database: [
    read('dynamodb.amazonaws.com', 'DescribeTable', 6, (random) => ({ tableName: random.pick(TABLES) })),
    write('dynamodb.amazonaws.com', 'UpdateTable', 1, (random) => ({
      tableName: random.pick(TABLES),
      billingMode: 'PAY_PER_REQUEST',
    })),
    read('rds.amazonaws.com', 'DescribeDBInstances', 4, () => ({})),
    write('rds.amazonaws.com', 'CreateDBSnapshot', 1, (random) => ({
      dBInstanceIdentifier: 'payments',
      dBSnapshotIdentifier: `payments-${random.hex(6)}`,
    })),
  ],
  serverless: [
    write(
      'lambda.amazonaws.com',
      'UpdateFunctionCode20150331v2',
      3,
      (random) => ({ functionName: random.pick(FUNCTIONS), publish: true, dryRun: false }),
      (parameters, random, actor) => ({
        functionName: parameters?.['functionName'],
        functionArn: `arn:aws:lambda:${actor.region}:${actor.account}:function:${String(parameters?.['functionName'])}`,
        codeSha256: random.hex(32),
        version: String(random.below(90)),
      }),
    ),
    read('lambda.amazonaws.com', 'GetFunction20150331v2', 5, (random) => ({
      functionName: random.pick(FUNCTIONS),
    })),
    write('logs.amazonaws.com', 'CreateLogStream', 4, (random) => ({
      logGroupName: `/aws/lambda/${random.pick(FUNCTIONS)}`,
      logStreamName: random.hex(32),
    })),
  ],
  people: [
    write(
      'iam.amazonaws.com',
      'CreateAccessKey',
      1,
      () => ({ userName: 'reporting' }),
      (_, random) => ({
        accessKey: { userName: 'reporting', accessKeyId: `AKIA${random.alnum(16)}`, status: 'Active' },
      }),
    ),
    write('iam.amazonaws.com', 'AttachUserPolicy', 1, () => ({
      userName: 'reporting',
      policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    })),
    read('iam.amazonaws.com', 'GetUser', 4, (_, actor) => ({ userName: actor.userName })),
  ],
  keys: [
    read('kms.amazonaws.com', 'Decrypt', 9, () => ({ encryptionAlgorithm: 'SYMMETRIC_DEFAULT' })),
    read('secretsmanager.amazonaws.com', 'GetSecretValue', 5, (random) => ({
      secretId: random.pick(SECRETS),
    })),
    read('kms.amazonaws.com', 'GenerateDataKey', 4, () => ({ keyId: 'alias/app', keySpec: 'AES_256' })),
  ],
  backup: [
    write(
      'ec2.amazonaws.com',
      'CreateSnapshot',
      5,
      (random) => ({ volumeId: `vol-0${random.hex(16)}` }),
      (parameters, random) => ({
        requestId: random.uuid(),
        snapshotId: `snap-0${random.hex(16)}`,
        volumeId: parameters?.['volumeId'],
        status: 'pending',
      }),
    ),
    write(
      'ec2.amazonaws.com',
      'DeleteSnapshot',
      4,
      (random) => ({ snapshotId: `snap-0${random.hex(16)}` }),
      (_, random) => ({ requestId: random.uuid(), _return: true }),
    ),
    read('ec2.amazonaws.com', 'DescribeSnapshots', 8, () => ({ ownersSet: { items: [{ owner: 'self' }] } })),
  ],
  app: [
    read('sts.amazonaws.com', 'AssumeRole', 6, (_, actor) => ({
      roleArn: `arn:aws:iam::${actor.account}:role/AppServerRole`,
      roleSessionName: actor.userName,
    })),
    read('secretsmanager.amazonaws.com', 'GetSecretValue', 4, (random) => ({
      secretId: random.pick(SECRETS),
    })),
    read('ssm.amazonaws.com', 'GetParameter', 9, () => ({ name: '/app/config', withDecryption: true })),
    read('kms.amazonaws.com', 'Decrypt', 9, () => ({ encryptionAlgorithm: 'SYMMETRIC_DEFAULT' })),
    write('sqs.amazonaws.com', 'CreateQueue', 1, (random) => ({ queueName: `jobs-${random.hex(4)}` })),
  ],
};
