import { regionOfArn } from '../../../aws/arn.ts';
import type { TrailName } from './contract.ts';

/** What log files themselves tell of a trail and of the recording. Times in seconds. */
export type TrailEvent =
  | {
      readonly kind: 'start' | 'stop' | 'validation-off' | 'validation-on' | 'single-region' | 'multi-region';
      readonly at: number;
      readonly trail: string;
      readonly by: string;
    }
  | { readonly kind: 'account-left'; readonly at: number; readonly account: string }
  | {
      readonly kind: 'gap';
      readonly id: string;
      readonly from: number;
      readonly to: number;
      readonly message: string;
    }
  | { readonly kind: 'pause'; readonly id: string; readonly message: string };

const OPENTRAIL = 'opentrail.amazonaws.com';
const CLOUDTRAIL = 'cloudtrail.amazonaws.com';
const NAMES = [
  'StartLogging',
  'StopLogging',
  'DeleteTrail',
  'UpdateTrail',
  'RecordingGap',
  'RecordingPaused',
  'RemoveAccountFromOrganization',
  'LeaveOrganization',
];
const TELLING = NAMES.map((name) => Buffer.from(`"${name}"`));

/** Most files have nothing of the kind, and are not parsed for it. */
export function mayTell(content: Buffer): boolean {
  return TELLING.some((name) => content.includes(name));
}

type Json = Readonly<Record<string, unknown>>;

/** Records of a log file; undefined when it is none. */
export function recordsOf(content: Buffer): readonly Json[] | undefined {
  try {
    const { Records: records } = JSON.parse(content.toString('utf8')) as { Records?: unknown };
    return Array.isArray(records) ? records.map((record) => objectOf(record)) : undefined;
  } catch {
    return undefined;
  }
}

export function trailEvents(records: readonly Json[]): TrailEvent[] {
  return records.flatMap((record) => trailEvent(record) ?? []);
}

function trailEvent(record: Json): TrailEvent | undefined {
  const at = secondsOf(record['eventTime']);
  if (at === undefined || record['errorCode'] !== undefined) return undefined;
  const { eventSource: source, eventName: name } = record;
  if (source === OPENTRAIL) return ownEvent(record, at);
  if (source === CLOUDTRAIL) return trailCall(record, at);
  const left = name === 'LeaveOrganization' ? record['recipientAccountId'] : undefined;
  const removed =
    name === 'RemoveAccountFromOrganization' ? objectOf(record['requestParameters'])['accountId'] : undefined;
  const account = left ?? removed;
  return typeof account === 'string' && source === 'organizations.amazonaws.com'
    ? { kind: 'account-left', at, account }
    : undefined;
}

function trailCall(record: Json, at: number): TrailEvent | undefined {
  const parameters = objectOf(record['requestParameters']);
  const trail = parameters['name'];
  if (typeof trail !== 'string') return undefined;
  const by = `${String(record['eventName'])} at ${String(record['eventTime'])}`;
  switch (record['eventName']) {
    case 'StartLogging':
      return { kind: 'start', at, trail, by };
    case 'StopLogging':
    case 'DeleteTrail':
      return { kind: 'stop', at, trail, by };
    case 'UpdateTrail':
      return updated(parameters, { at, trail, by });
    default:
      return undefined;
  }
}

/** Of several changes in one call the first that matters here. */
function updated(parameters: Json, call: { at: number; trail: string; by: string }): TrailEvent | undefined {
  const { enableLogFileValidation: isValidated, isMultiRegionTrail: isMultiRegion } = parameters;
  if (typeof isValidated === 'boolean')
    return { kind: isValidated ? 'validation-on' : 'validation-off', ...call };
  if (typeof isMultiRegion !== 'boolean') return undefined;
  return { kind: isMultiRegion ? 'multi-region' : 'single-region', ...call };
}

/** `RecordingGap` (calls that passed, or entries of the journal that were lost) and `RecordingPaused` (the server was down). */
function ownEvent(record: Json, at: number): TrailEvent | undefined {
  const details = objectOf(record['serviceEventDetails']);
  const id = String(record['eventID']);
  const [from, to] = [secondsOf(details['from']) ?? at, secondsOf(details['to']) ?? at];
  const reason = String(details['reason'] ?? '');
  if (record['eventName'] === 'RecordingGap') {
    const calls = String(details['unrecordedCalls'] ?? 'some');
    return {
      kind: 'gap',
      id,
      from,
      to,
      message: `${calls} calls passed unrecorded, of whichever account and region: ${reason}`,
    };
  }
  if (record['eventName'] !== 'RecordingPaused') return undefined;
  return {
    kind: 'pause',
    id,
    message: `nothing was recorded from ${String(details['from'])} to ${String(details['to'])}: ${reason}`,
  };
}

/** Calls name a trail by its name or ARN. */
export function isOfTrail(named: string, { name, homeRegion }: TrailName): boolean {
  return named === name || (named.endsWith(`:trail/${name}`) && regionOfArn(named) === homeRegion);
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function secondsOf(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
