/** What a delivered object's key tells. Times are seconds since the epoch. */
export type DigestName = FolderName & {
  readonly kind: 'digest';
  readonly trail: string;
  readonly homeRegion: string;
  readonly backfill: boolean;
  readonly endSeconds: number;
};

export type LogName = FolderName & {
  readonly kind: 'log';
  /** Whole minutes. */
  readonly deliveredSeconds: number;
};

type FolderName = {
  readonly key: string;
  /** What stands before `AWSLogs/`. */
  readonly root: string;
  /** `o-…/` of an organization's trail, else ''. */
  readonly organization: string;
  readonly account: string;
  readonly region: string;
};

const FOLDER = String.raw`^((?:[^]*\/)?)AWSLogs\/(o-[a-z0-9]{10,32}\/)?(\d{12})\/`;
/** Folders that log files lie in, beside that of the digests. */
export const LOG_KINDS = [
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-Aggregated',
  'CloudTrail-NetworkActivity',
] as const;
export const DIGEST_KIND = 'CloudTrail-Digest';
const DATE = String.raw`\/\d{4}\/\d{2}\/\d{2}\/`;
const DIGEST = new RegExp(
  `${FOLDER}CloudTrail-Digest\\/([^/]+)${DATE}\\3_CloudTrail-Digest_\\4_([^/]+)_([^/_]+)_(\\d{8}T\\d{6}Z)(_backfill)?\\.json\\.gz$`,
);
const LOG = new RegExp(
  `${FOLDER}(${LOG_KINDS.join('|')})\\/([^/]+)${DATE}\\3_\\4_\\5_(\\d{8}T\\d{4})Z_[A-Za-z0-9]+\\.json\\.gz$`,
);

/** Undefined for anything that CloudTrail does not deliver. */
export function readKey(key: string): DigestName | LogName | undefined {
  return readDigestKey(key) ?? readLogKey(key);
}

export function readDigestKey(key: string): DigestName | undefined {
  const match = DIGEST.exec(key);
  if (match === null) return undefined;
  const [, root = '', organization = '', account = '', region = '', trail = '', homeRegion = '', stamp = ''] =
    match;
  const folder = { key, root, organization, account, region };
  return {
    kind: 'digest',
    ...folder,
    trail,
    homeRegion,
    backfill: match[8] !== undefined,
    endSeconds: secondsOf(stamp),
  };
}

function readLogKey(key: string): LogName | undefined {
  const match = LOG.exec(key);
  if (match === null) return undefined;
  const [, root = '', organization = '', account = '', , region = '', stamp = ''] = match;
  return {
    kind: 'log',
    key,
    root,
    organization,
    account,
    region,
    deliveredSeconds: secondsOf(`${stamp}00Z`),
  };
}

/** `20261121T110000Z` → seconds. */
function secondsOf(stamp: string): number {
  const iso = stamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(iso) / 1000;
}
