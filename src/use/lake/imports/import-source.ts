import { readLogFileName } from '../../../aws/log-file-name.ts';

/** Where files are imported from: `s3://bucket/prefix/`. */
export type ImportLocation = { readonly bucket: string; readonly prefix: string };

const URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/** Undefined for another form. */
export function readLocation(uri: string): ImportLocation | undefined {
  const match = URI.exec(uri);
  const bucket = match?.[1];
  if (bucket === undefined) return undefined;
  return { bucket, prefix: match?.[2] ?? '' };
}

export type Wanted = {
  readonly prefix: string;
  /** Milliseconds, both ends inclusive; null: without end. */
  readonly start_time: number | null;
  readonly end_time: number | null;
};

/** Log files are named by the five minutes in which they were begun. */
const NAME_GRAIN = 5 * 60_000;

/**
 * Whether a file is imported: a gzip file of a trail below a `CloudTrail/` folder, or where the location itself names another folder, and named
 * within the time that was asked for. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-copy-trail-to-lake.html
 */
export function isWanted(key: string, { prefix, start_time: start, end_time: end }: Wanted): boolean {
  if (!key.endsWith('.json.gz')) return false;
  const name = readLogFileName(key);
  if (name.kind !== 'log' || !isOfTrail(key, prefix, name.folder)) return false;
  if (start === null && end === null) return true;
  if (name.time === undefined) return false;
  const grain = name.account === undefined ? 86_400_000 : NAME_GRAIN;
  return (start === null || name.time + grain > start) && (end === null || name.time <= end);
}

/** Whether a folder `…/2023/07/10/` may hold files of the time: nothing else needs to be listed. */
export function mayHold(folder: string, { start_time: start, end_time: end }: Wanted): boolean {
  const match = /\/(\d{4})\/(\d{2})\/(\d{2})\/$/.exec(folder);
  if (match === null) return true;
  const day = Date.parse(match.slice(1, 4).join('-'));
  if (Number.isNaN(day)) return true;
  return (start === null || day + 86_400_000 > start) && (end === null || day <= end);
}

function isOfTrail(key: string, prefix: string, folder: string | undefined): boolean {
  const below = /(?:^|\/)(CloudTrail(?:-[A-Za-z]+)?)\//.exec(key.slice(prefix.length))?.[1];
  if (below !== undefined) return below === 'CloudTrail';
  // The location is inside of a folder, whichever it is; or names one that is none of AWS's layout.
  if (prefix !== '' && /(?:^|\/)CloudTrail(?:-[A-Za-z]+)?\//.test(key)) return true;
  return folder === 'CloudTrail' || (prefix !== '' && !/(?:^|\/)AWSLogs\//.test(key));
}

/** `a/b/` of `a/b/c`. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}
