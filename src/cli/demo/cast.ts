import type { Random } from './random.ts';

/** Who acts in the demo: a small company with three accounts, people, robots and services. */
export type Actor = {
  readonly account: string;
  readonly region: string;
  readonly userName: string;
  readonly identity: Readonly<Record<string, unknown>>;
  readonly ip: string;
  readonly userAgent: string;
  /** Which calls it makes: keys of the playbook. */
  readonly habits: readonly string[];
  /** Relative share of the calls. */
  readonly weight: number;
  /** People work by day, robots always. */
  readonly hours: 'office' | 'always';
};

export const ACCOUNTS = {
  production: '210987654321',
  staging: '321098765432',
  audit: '432109876543',
} as const;

const CLI = 'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.12 lang/python#3.13.7 cfg/retry-mode#standard';
const BOTO = 'Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux#6.12 lang/python#3.12.11 Botocore/1.40.61';
const TERRAFORM =
  'APN/1.0 HashiCorp/1.0 Terraform/1.13.3 terraform-provider-aws/6.17.0 aws-sdk-go-v2/1.39.2 os/linux lang/go#1.24.8';
const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

type Person = {
  account: string;
  userName: string;
  ip: string;
  userAgent: string;
  habits: readonly string[];
  weight: number;
  region?: string;
};

const { production, staging, audit } = ACCOUNTS;

// prettier-ignore
const PEOPLE: readonly Person[] = [
  { account: production, userName: 'alice', ip: '203.0.113.24', userAgent: CLI, habits: ['look', 'compute', 'database'], weight: 6 },
  { account: production, userName: 'bob', ip: '203.0.113.57', userAgent: BROWSER, habits: ['look', 'storage', 'people'], weight: 5 },
  { account: staging, userName: 'carol', ip: '198.51.100.83', userAgent: CLI, habits: ['look', 'compute', 'storage', 'serverless'], weight: 6 },
  { account: staging, userName: 'dmitri', ip: '198.51.100.12', userAgent: BOTO, habits: ['look', 'database', 'serverless'], weight: 4 },
  { account: audit, userName: 'erin', ip: '203.0.113.200', userAgent: BROWSER, habits: ['look', 'watch'], weight: 3 },
];

// prettier-ignore
const ROBOTS: readonly (Person & { role: string })[] = [
  { account: production, role: 'DeployRole', userName: 'gitlab-runner', ip: '192.0.2.41', userAgent: TERRAFORM, habits: ['look', 'compute', 'serverless', 'keys'], weight: 14 },
  { account: staging, role: 'DeployRole', userName: 'gitlab-runner', ip: '192.0.2.41', userAgent: TERRAFORM, habits: ['look', 'compute', 'serverless'], weight: 18 },
  { account: production, role: 'BackupRole', userName: 'nightly-backup', ip: '10.20.3.7', userAgent: BOTO, habits: ['backup', 'keys'], weight: 12 },
  { account: production, role: 'AppServerRole', userName: 'i-0a4f2e19bd77c3e51', ip: '10.20.8.115', userAgent: BOTO, habits: ['app'], weight: 22, region: 'eu-central-1' },
  { account: audit, role: 'SecurityAudit', userName: 'scanner', ip: '192.0.2.90', userAgent: BOTO, habits: ['look', 'watch'], weight: 10 },
];

export function cast(random: Random): readonly Actor[] {
  return [...PEOPLE.map((person) => user(random, person)), ...ROBOTS.map((robot) => session(random, robot))];
}

export function user(random: Random, { account, userName, region = 'us-east-1', ...rest }: Person): Actor {
  const identity = {
    type: 'IAMUser',
    principalId: `AIDA${random.alnum(17)}`,
    arn: `arn:aws:iam::${account}:user/${userName}`,
    accountId: account,
    accessKeyId: `AKIA${random.alnum(16)}`,
    userName,
  };
  return { account, region, userName, identity, hours: 'office', ...rest };
}

export function session(
  random: Random,
  { account, role, userName, region = 'us-east-1', ...rest }: Person & { role: string },
): Actor {
  const roleId = `AROA${random.alnum(17)}`;
  const identity = {
    type: 'AssumedRole',
    principalId: `${roleId}:${userName}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${userName}`,
    accountId: account,
    accessKeyId: `ASIA${random.alnum(16)}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: roleId,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: '2026-01-01T06:00:00Z', mfaAuthenticated: 'false' },
    },
  };
  return { account, region, userName, identity, hours: 'always', ...rest };
}
