import type { Random } from '../../bench/kit/random.ts';
import { columnsOf } from '../../src/record/columns.ts';
import type { EventColumns } from '../../src/record/event-record.ts';
import type { JournalEntry } from '../../src/store/contract.ts';

export type Entry = JournalEntry & { readonly columns: EventColumns };

export const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
export const REGIONS = ['us-east-1', 'eu-west-1'];
export const NAMES = [
  'RunInstances',
  'DescribeInstances',
  'CreateTrail',
  'CreateBucket',
  'GetObject',
  'Describe',
];
export const USERS = ['alice', 'alina', 'bob', "o'neil", 'tab\tand\\slash', 'ünï—😀'];
const SOURCES = ['ec2.amazonaws.com', 's3.amazonaws.com', 'cloudtrail.amazonaws.com'];
const BUCKETS = ['logs', 'logs-archive', "it's", 'data'];

/** Few values of everything and few different times, so that conditions overlap and many events share a second. */
export function randomEntries(
  random: Random,
  { from, to, firstSeq, count }: { from: number; to: number; firstSeq: number; count: number },
): Entry[] {
  return Array.from({ length: count }, (_, i) =>
    entryOf(randomRecord(random, from + Math.floor(((to - from) * random.below(40)) / 40)), firstSeq + i),
  );
}

export function entryOf(record: Readonly<Record<string, unknown>>, seq: number): Entry {
  const columns = columnsOf(record);
  return {
    kind: 'record',
    origin: 'ingested',
    raw: Buffer.from(JSON.stringify(record)),
    id: columns.eventId,
    seq,
    columns,
  };
}

export function randomRecord(random: Random, time: number): Readonly<Record<string, unknown>> {
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
  const account = pick(ACCOUNTS);
  const user = pick(USERS);
  const data = random.below(5) === 0;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::${account}:user/${user}`,
      accountId: account,
      accessKeyId: `AKIA${pick(['ONE', 'TWO', 'ONETWO'])}`,
      userName: user,
    },
    eventTime: `${new Date(time * 1000).toISOString().slice(0, 19)}Z`,
    eventSource: pick(SOURCES),
    eventName: pick(NAMES),
    awsRegion: pick(REGIONS),
    sourceIPAddress: `10.0.${random.below(2)}.${random.below(3)}`,
    ...(random.below(3) === 0 ? { errorCode: pick(['AccessDenied', 'Client.UnauthorizedOperation']) } : {}),
    requestParameters:
      random.below(2) === 0 ? null : { note: 'line\nbreak\t"quoted" \\ back', text: '\u2028é' },
    responseElements: null,
    eventID: random.uuid(),
    readOnly: random.below(2) === 0,
    resources: Array.from({ length: random.below(3) }, () => ({
      ARN: `arn:aws:s3:::${pick(BUCKETS)}`,
      type: pick(['AWS::S3::Bucket', 'AWS::S3::Object']),
    })),
    eventType: 'AwsApiCall',
    managementEvent: !data,
    recipientAccountId: account,
    eventCategory: data ? 'Data' : 'Management',
  };
}
