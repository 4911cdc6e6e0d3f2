/** What the name of a delivered file tells: `…/<account>_CloudTrail_<region>_<YYYYMMDD>T<HHmm>Z_<unique>.json.gz`. */
export type LogFileName = {
  readonly kind: 'log' | 'digest' | 'other';
  /** `2023-07-10`, from the name or the folders; undefined when neither tells. */
  readonly day: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** `CloudTrail`, `CloudTrail-Insight` …: the folder that it was delivered into; undefined for none of that kind. */
  readonly folder: string | undefined;
  /** Milliseconds since the epoch: the minute in the name, else the day of the folders. */
  readonly time: number | undefined;
};

const DELIVERED =
  /(\d{12})_(CloudTrail[A-Za-z-]*)_([a-z0-9-]+)_.*?(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})\d{0,2}Z/;
const FOLDERS = /\/(\d{4})\/(\d{2})\/(\d{2})\//;
const FOLDER = /(?:^|\/)(CloudTrail(?:-[A-Za-z]+)?)\//;

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html */
export function readLogFileName(path: string): LogFileName {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const named = DELIVERED.exec(base);
  const folders = FOLDERS.exec(path);
  const date = named ? named.slice(4, 7) : folders?.slice(1, 4);
  const isDigest = named?.[2] === 'CloudTrail-Digest' || path.includes('/CloudTrail-Digest/');
  const isLog = /\.(json|ndjson|jsonl)(\.gz)?$/.test(base);
  const day = date?.join('-');
  const clock = named ? `${named[7]}:${named[8]}` : '00:00';
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}:00Z`);
  return {
    kind: isDigest ? 'digest' : isLog ? 'log' : 'other',
    day,
    account: named?.[1],
    region: named?.[3],
    folder: FOLDER.exec(path)?.[1] ?? named?.[2],
    time: Number.isNaN(time) ? undefined : time,
  };
}
