import type { ApiClient } from '../../aws/client.ts';
import { object, objects, type Json } from '../../aws/pages.ts';

/** A trail's settings; '' and undefined for what it has not. */
export type Trail = {
  readonly name: string;
  readonly arn: string;
  /** Who it belongs to: another account's for a member of an organization. */
  readonly accountId: string;
  readonly bucket: string;
  readonly prefix: string;
  /** ARN. */
  readonly topic: string | undefined;
  /** ARN, with `:*` at its end. */
  readonly logGroup: string | undefined;
  readonly logRole: string | undefined;
  /** ARN. */
  readonly kmsKey: string | undefined;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
  readonly globalEvents: boolean;
  readonly organization: boolean;
  readonly validated: boolean;
  readonly recursive: boolean;
};

/** Times in milliseconds; undefined for what never happened. */
export type TrailStatus = {
  readonly logging: boolean;
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  readonly lastDelivery: number | undefined;
  readonly deliveryError: string | undefined;
  readonly lastDigest: number | undefined;
  readonly digestError: string | undefined;
  readonly lastNotice: number | undefined;
  readonly noticeError: string | undefined;
  readonly lastLogs: number | undefined;
  readonly logsError: string | undefined;
};

export type Tag = { readonly key: string; readonly value: string };

type Api = Pick<ApiClient, 'cloudtrail'>;

export async function listTrails(api: Api, signal?: AbortSignal): Promise<readonly Trail[]> {
  const answer = await api.cloudtrail('DescribeTrails', {}, signal);
  return objects(answer['trailList']).map(readTrail);
}

/** By name, or by the ARN of one whose home is elsewhere. */
export async function getTrail(api: Api, name: string, signal?: AbortSignal): Promise<Trail> {
  const answer = await api.cloudtrail('GetTrail', { Name: name }, signal);
  return readTrail(object(answer['Trail']));
}

export async function trailStatus(api: Api, arn: string, signal?: AbortSignal): Promise<TrailStatus> {
  const status = await api.cloudtrail('GetTrailStatus', { Name: arn }, signal);
  return {
    logging: status['IsLogging'] === true,
    startedAt: time(status['StartLoggingTime']),
    stoppedAt: time(status['StopLoggingTime']),
    lastDelivery: time(status['LatestDeliveryTime']),
    deliveryError: text(status['LatestDeliveryError']),
    lastDigest: time(status['LatestDigestDeliveryTime']),
    digestError: text(status['LatestDigestDeliveryError']),
    lastNotice: time(status['LatestNotificationTime']),
    noticeError: text(status['LatestNotificationError']),
    lastLogs: time(status['LatestCloudWatchLogsDeliveryTime']),
    logsError: text(status['LatestCloudWatchLogsDeliveryError']),
  };
}

export async function trailTags(api: Api, arn: string, signal?: AbortSignal): Promise<readonly Tag[]> {
  const answer = await api.cloudtrail('ListTags', { ResourceIdList: [arn] }, signal);
  return objects(objects(answer['ResourceTagList'])[0]?.['TagsList']).map((tag) => ({
    key: text(tag['Key']) ?? '',
    value: text(tag['Value']) ?? '',
  }));
}

/** Templates of a trail's aggregated events: `API_ACTIVITY`, … */
export async function trailAggregation(
  api: Api,
  name: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const answer = await api.cloudtrail('GetEventConfiguration', { TrailName: name }, signal);
  return objects(answer['AggregationConfigurations']).flatMap(({ Templates }) =>
    Array.isArray(Templates) ? Templates.map(String) : [],
  );
}

function readTrail(trail: Json): Trail {
  const arn = text(trail['TrailARN']) ?? '';
  return {
    name: text(trail['Name']) ?? '',
    arn,
    accountId: arn.split(':')[4] ?? '',
    bucket: text(trail['S3BucketName']) ?? '',
    prefix: text(trail['S3KeyPrefix']) ?? '',
    topic: text(trail['SnsTopicARN']),
    logGroup: text(trail['CloudWatchLogsLogGroupArn']),
    logRole: text(trail['CloudWatchLogsRoleArn']),
    kmsKey: text(trail['KmsKeyId']),
    homeRegion: text(trail['HomeRegion']) ?? '',
    multiRegion: trail['IsMultiRegionTrail'] === true,
    globalEvents: trail['IncludeGlobalServiceEvents'] !== false,
    organization: trail['IsOrganizationTrail'] === true,
    validated: trail['LogFileValidationEnabled'] === true,
    recursive: trail['RecursiveLogging'] !== false,
  };
}

/** Why nothing about the trail can be changed from here; undefined where it can. */
export function readOnlyReason(
  trail: Pick<Trail, 'accountId' | 'homeRegion' | 'organization'>,
  session: { readonly accountId: string; readonly region: string },
): string | undefined {
  if (trail.accountId !== session.accountId) {
    return `This trail belongs to the organization’s management account ${trail.accountId}. Members see it and cannot change it.`;
  }
  if (trail.homeRegion !== session.region) {
    return `The home of this trail is ${trail.homeRegion}: it can be changed there only. You are signed in to ${session.region}.`;
  }
  return undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function time(value: unknown): number | undefined {
  return typeof value === 'number' ? value * 1000 : undefined;
}
