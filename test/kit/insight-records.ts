import { randomUUID } from 'node:crypto';

import { ingestRecords } from '../../src/cli/ingest-client.ts';
import type { TestServer } from './server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAYS = 8;

export type Past = {
  /** ms: a whole minute. */
  readonly minute: number;
  readonly account: string;
  /** ARN of a role's sessions, without their name. */
  readonly thief: string;
};

/** Eight days in which a role tags something three times an hour; 25 minutes before the end another does it twenty times a minute, for eight minutes. */
export function recordsOf({ minute, account, thief }: Past): readonly object[] {
  const usual = `arn:aws:sts::${account}:assumed-role/Deploy/ci`;
  const past = Array.from({ length: DAYS * 24 * 3 }, (_, n) => {
    const at = minute - DAYS * 24 * HOUR + n * 20 * MINUTE;
    return record({ at: at + 17_000, account, arn: usual, agent: 'Terraform/1.13' });
  });
  const burst = Array.from({ length: 8 * 20 }, (_, n) => {
    const at = minute - 25 * MINUTE + Math.floor(n / 20) * MINUTE + (n % 20) * 2000;
    return record({ at, account, arn: `${thief}/x${n}`, agent: 'Boto3/1.26.27' });
  });
  const last = minute - 25 * MINUTE;
  return [...past.filter(({ eventTime }) => Date.parse(eventTime) < last - MINUTE), ...burst];
}

/** The same calls, but for these members. */
export function varied(records: readonly object[], members: object): readonly object[] {
  return records.map((one) => ({ ...one, ...members, eventID: randomUUID() }));
}

/** Objects that are put, rather than tags. */
export const DATA_EVENT = {
  eventSource: 's3.amazonaws.com',
  eventName: 'PutObject',
  resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::reports/daily.csv' }],
  managementEvent: false,
  eventCategory: 'Data',
};

function record({ at, account, arn, agent }: { at: number; account: string; arn: string; agent: string }) {
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'AssumedRole', principalId: 'AROAEXAMPLE:x', arn, accountId: account },
    eventTime: new Date(at).toISOString().replace(/\.\d+Z/, 'Z'),
    eventSource: 'ec2.amazonaws.com',
    eventName: 'CreateTags',
    awsRegion: 'us-east-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: agent,
    requestParameters: null,
    responseElements: null,
    eventID: randomUUID(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}

/** As records of one's own services are sent. */
export async function ingest({ url, credentials }: TestServer, records: readonly object[]): Promise<void> {
  const body = Buffer.from(records.map((one) => JSON.stringify(one)).join('\n'));
  await ingestRecords({ endpoint: url, region: 'us-east-1', credentials }, body, { origin: 'ingested' });
}
