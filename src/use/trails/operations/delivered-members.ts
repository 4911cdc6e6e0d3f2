import { AwsError } from '../../../aws/errors.ts';
import { keyOfToken, tokenOfKey } from '../../../aws/page-token.ts';
import { deliveredFiles, type DeliveredPosition } from '../delivered/delivered.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';

type Members = Readonly<Record<string, unknown>>;

/** Hours of one account and region on a page: some thousands of files. */
const PAGE = 1000;

/**
 * `DeliveredFiles: {"StartTime", "EndTime" (seconds), "AccountId", "AwsRegion", "NextToken"}`, each of which may be left out, asks GetTrailStatus what the
 * trail delivered: `DeliveredFiles[]` of `{S3Bucket, S3Object, Records}`, by account, region and hour, and `DeliveredFilesNextToken`.
 * Throws ValidationException.
 */
export async function deliveredMembers(
  settings: TrailSettings,
  trail: Trail,
  extensions: Members,
): Promise<Members | undefined> {
  const asked = Object.hasOwn(extensions, 'DeliveredFiles') ? extensions['DeliveredFiles'] : undefined;
  if (asked === undefined || asked === null) return undefined;
  if (typeof asked !== 'object' || Array.isArray(asked))
    throw invalid('DeliveredFiles', asked, 'must be an object');
  const given = new Map(Object.entries(asked));
  const { files, next } = await deliveredFiles(settings, {
    trailId: trail.id,
    account: text(given, 'AccountId'),
    region: text(given, 'AwsRegion'),
    from: seconds(given, 'StartTime') ?? 0,
    to: seconds(given, 'EndTime') ?? Number.MAX_SAFE_INTEGER,
    after: position(given),
    limit: PAGE,
  });
  return {
    DeliveredFiles: files.map(({ bucket, key, records }) => ({
      S3Bucket: bucket,
      S3Object: key,
      Records: records,
    })),
    ...(next === undefined ? {} : { DeliveredFilesNextToken: tokenOfKey(JSON.stringify(next)) }),
  };
}

type Given = ReadonlyMap<string, unknown>;

function text(given: Given, name: string): string | undefined {
  const value = given.get(name);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw invalid(`DeliveredFiles.${name}`, value, 'must be a text');
}

function seconds(given: Given, name: string): number | undefined {
  const value = given.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.floor(value);
  throw invalid(`DeliveredFiles.${name}`, value, 'must be seconds since the epoch');
}

function position(given: Given): DeliveredPosition | undefined {
  const token = text(given, 'NextToken');
  if (token === undefined) return undefined;
  const bad = () => invalid('DeliveredFiles.NextToken', token, 'must be one that GetTrailStatus answered');
  const [account, region, hour] = parsed(keyOfToken(token, bad));
  if (typeof account === 'string' && typeof region === 'string' && typeof hour === 'number')
    return [account, region, hour];
  throw bad();
}

function parsed(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function invalid(name: string, value: unknown, rule: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value ${JSON.stringify(value).slice(0, 200)} at '${name}' failed to satisfy constraint: ${rule}`,
  );
}
