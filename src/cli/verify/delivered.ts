import { readKey } from '../../use/trails/verify/key-names.ts';
import type { FileAddress } from '../../use/trails/verify/source.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';

export type DeliveredFile = { readonly bucket: string; readonly key: string; readonly records: number };

export type DeliveredQuery = Readonly<Record<'AccountId' | 'AwsRegion', string>> & {
  /** Seconds since the epoch. */
  readonly StartTime: number;
  readonly EndTime: number;
};

type Answer = {
  readonly DeliveredFiles?: readonly { S3Bucket: string; S3Object: string; Records: number }[];
  readonly DeliveredFilesNextToken?: string;
};

/** What a trail of the server delivered, by time: GetTrailStatus in its extended form (ARCHITECTURE.md). A CloudTrail that does not know it answers nothing. */
export async function* deliveredFiles(
  server: ServerAccess,
  trail: string,
  query: DeliveredQuery,
): AsyncGenerator<DeliveredFile> {
  let NextToken: string | undefined;
  do {
    const asked = {
      Name: trail,
      DeliveredFiles: { ...query, ...(NextToken === undefined ? {} : { NextToken }) },
    };
    const answer: Answer = await cloudtrailCall(server, 'GetTrailStatus', asked);
    for (const { S3Bucket, S3Object, Records } of answer.DeliveredFiles ?? [])
      yield { bucket: S3Bucket, key: S3Object, records: Records };
    NextToken = answer.DeliveredFilesNextToken;
  } while (NextToken !== undefined);
}

type Described = {
  readonly trailList: readonly {
    readonly TrailARN: string;
    readonly S3BucketName: string;
    readonly LogFileValidationEnabled: boolean;
  }[];
};

const HOUR = 3600;

/**
 * Which trail without validation delivered a file: names do not tell a file's trail, the server does. Asked once for each trail, account, region
 * and hour, and only where there is a file that no digest names.
 */
export function deliveredElsewhere(server: ServerAccess): (file: FileAddress) => Promise<string | undefined> {
  let trails: Promise<Described> | undefined;
  const hours = new Map<string, Promise<ReadonlySet<string>>>();
  return async ({ bucket, key }) => {
    const name = readKey(key);
    if (name?.kind !== 'log') return undefined;
    trails ??= cloudtrailCall<Described>(server, 'DescribeTrails', {});
    const hour = Math.floor(name.deliveredSeconds / HOUR) * HOUR;
    for (const { TrailARN: arn, S3BucketName, LogFileValidationEnabled } of (await trails).trailList) {
      if (S3BucketName !== bucket || LogFileValidationEnabled) continue;
      const id = `${arn} ${name.account} ${name.region} ${hour}`;
      const query = { AccountId: name.account, AwsRegion: name.region, StartTime: hour, EndTime: hour };
      const files = hours.get(id) ?? keysOf(deliveredFiles(server, arn, query));
      hours.set(id, files);
      if ((await files).has(key)) return arn;
    }
    return undefined;
  };
}

async function keysOf(files: AsyncIterable<DeliveredFile>): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const { key } of files) keys.add(key);
  return keys;
}
