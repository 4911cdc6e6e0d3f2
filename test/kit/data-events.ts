import type { Json } from './brute-selectors.ts';
import { ACCOUNT } from './trail-setup.ts';

/** The real ones are nearly all management events: every fourth once more as somebody's data or network event, who did it and how unchanged. */
export function asDataEvents(real: readonly Json[]): readonly Json[] {
  return real
    .filter((_, index) => index % 4 === 0)
    .map((record, n) => ({
      ...record,
      ...dataEvent(n),
      managementEvent: false,
      eventID: `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`,
    }));
}

const BUCKETS = ['logs', 'logs-2', 'images', 'images.example'];
const KEYS = ['a.txt', 'reports/2026/a.csv', 'reports/2026/b.json', 'x/y z/ü.png', 'reports'];
const READS = ['GetObject', 'HeadObject', 'GetObjectAcl', 'ListObjects'];
const WRITES = ['PutObject', 'DeleteObject', 'PutObjectAcl', 'CopyObject'];

function dataEvent(n: number): Json {
  const readOnly = n % 3 !== 0;
  const at = <T>(list: readonly T[], step: number) => list[Math.floor(n / step) % list.length] as T;
  const bucket = at(BUCKETS, 1);
  const common = {
    readOnly,
    eventCategory: 'Data',
    ...(n % 5 === 0 ? { sessionCredentialFromConsole: 'true' } : {}),
  };
  const of = (source: string, eventName: string, ...resources: object[]) => ({
    ...common,
    eventSource: `${source}.amazonaws.com`,
    eventName,
    resources,
  });
  const lambda = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f${n % 4}`;
  const table = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t${n % 3}`;
  switch (n % 8) {
    case 5:
      return of('lambda', 'Invoke', { type: 'AWS::Lambda::Function', ARN: lambda, accountId: ACCOUNT });
    case 6:
      return of(
        'dynamodb',
        readOnly ? 'GetItem' : 'PutItem',
        { type: 'AWS::DynamoDB::Table', ARN: table },
        { type: 'AWS::DynamoDB::Table', ARN: `${table}-copy` },
      );
    case 7:
      return {
        ...of('s3', 'GetObject'),
        eventCategory: 'NetworkActivity',
        vpcEndpointId: `vpce-${n % 16}`,
        errorCode: 'VpceAccessDenied',
      };
    default: {
      const name = at(readOnly ? READS : WRITES, 8);
      const inBucket = { type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` };
      if (name === 'ListObjects')
        return of('s3', name, { type: 'AWS::S3::Object', ARNPrefix: `arn:aws:s3:::${bucket}/` }, inBucket);
      return of(
        's3',
        name,
        { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${at(KEYS, 3)}` },
        inBucket,
      );
    }
  }
}
