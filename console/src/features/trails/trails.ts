import type { ApiClient } from '../../aws/client.ts';

export type Trail = {
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  /** ARN. */
  readonly topic: string | undefined;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
  readonly validated: boolean;
};

/** Times in milliseconds; undefined for what never happened. */
export type TrailStatus = {
  readonly logging: boolean;
  readonly lastDelivery: number | undefined;
  readonly deliveryError: string | undefined;
  readonly lastDigest: number | undefined;
  readonly digestError: string | undefined;
  readonly noticeError: string | undefined;
};

type Api = Pick<ApiClient, 'cloudtrail'>;

export async function listTrails(api: Api, signal?: AbortSignal): Promise<readonly Trail[]> {
  const answer = await api.cloudtrail('DescribeTrails', {}, signal);
  const list = Array.isArray(answer['trailList'])
    ? (answer['trailList'] as Readonly<Record<string, unknown>>[])
    : [];
  return list.map((trail) => ({
    name: text(trail['Name']) ?? '',
    arn: text(trail['TrailARN']) ?? '',
    bucket: [text(trail['S3BucketName']), text(trail['S3KeyPrefix'])].filter(Boolean).join('/'),
    topic: text(trail['SnsTopicARN']),
    homeRegion: text(trail['HomeRegion']) ?? '',
    multiRegion: trail['IsMultiRegionTrail'] === true,
    validated: trail['LogFileValidationEnabled'] === true,
  }));
}

export async function trailStatus(api: Api, arn: string, signal?: AbortSignal): Promise<TrailStatus> {
  const status = await api.cloudtrail('GetTrailStatus', { Name: arn }, signal);
  return {
    logging: status['IsLogging'] === true,
    lastDelivery: time(status['LatestDeliveryTime']),
    deliveryError: text(status['LatestDeliveryError']),
    lastDigest: time(status['LatestDigestDeliveryTime']),
    digestError: text(status['LatestDigestDeliveryError']),
    noticeError: text(status['LatestNotificationError']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function time(value: unknown): number | undefined {
  return typeof value === 'number' ? value * 1000 : undefined;
}
