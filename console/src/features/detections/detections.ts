import type { ApiClient } from '../../aws/client.ts';
import { object, objects, text, texts, time, type Json } from '../../aws/pages.ts';

type Api = Pick<ApiClient, 'own'>;

/** Gravest first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Status = 'OPEN' | 'ACKNOWLEDGED';

/** '' for what is not known. Times in milliseconds. */
export type Finding = {
  readonly id: string;
  readonly detectionId: string;
  readonly title: string;
  readonly severity: Severity;
  readonly attack: readonly string[];
  readonly account: string;
  readonly region: string;
  readonly status: Status;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly actor: string;
  readonly accessKey: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly error: string;
  readonly resources: readonly string[];
  readonly eventIds: readonly string[];
  readonly note: string;
  readonly changedBy: string;
  readonly changedAt: number;
};

export type Detection = {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly attack: readonly string[];
  readonly imported: boolean;
  readonly enabled: boolean;
  readonly open: number;
};

export type WholeDetection = Detection & {
  readonly why: string;
  readonly next: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  /** As it is written. */
  readonly text: string;
};

export type FindingFilter = { readonly status: Status | undefined; readonly severity: Severity | undefined };

/** `everywhere`: of all accounts, which needs opentrail:AllAccounts. */
export async function listFindings(
  api: Api,
  asked: FindingFilter & {
    readonly detection?: string;
    readonly everywhere: boolean;
    readonly token: string | undefined;
  },
  signal?: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly next: string | undefined }> {
  const input = {
    ...scope(asked.everywhere),
    ...(asked.status ? { Status: asked.status } : {}),
    ...(asked.severity ? { Severity: asked.severity } : {}),
    ...(asked.detection ? { DetectionId: asked.detection } : {}),
    ...(asked.token === undefined ? {} : { NextToken: asked.token }),
    MaxResults: 50,
  };
  const answer = await call(api, 'ListFindings', input, signal);
  return {
    findings: objects(answer['Findings']).map(readFinding),
    next: text(answer['NextToken']) || undefined,
  };
}

export async function getFinding(
  api: Api,
  id: string,
  everywhere: boolean,
  signal?: AbortSignal,
): Promise<Finding> {
  const answer = await call(api, 'GetFinding', { FindingId: id, ...scope(everywhere) }, signal);
  return readFinding(object(answer['Finding']));
}

/** As many as there are, by calls of a hundred. */
export async function markFindings(
  api: Api,
  ids: readonly string[],
  how: { readonly status: Status; readonly note?: string; readonly everywhere: boolean },
): Promise<void> {
  for (let at = 0; at < ids.length; at += 100)
    await call(api, 'UpdateFindings', {
      FindingIds: ids.slice(at, at + 100),
      Status: how.status,
      ...(how.note === undefined ? {} : { Note: how.note }),
      ...scope(how.everywhere),
    });
}

export async function listDetections(api: Api, signal?: AbortSignal): Promise<readonly Detection[]> {
  const answer = await call(api, 'ListDetections', {}, signal);
  const rank = (one: Detection) => SEVERITIES.indexOf(one.severity);
  return objects(answer['Detections'])
    .map(readDetection)
    .sort((a, b) => rank(a) - rank(b) || (a.title < b.title ? -1 : 1));
}

export async function getDetection(api: Api, id: string, signal?: AbortSignal): Promise<WholeDetection> {
  const answer = await call(api, 'GetDetection', { DetectionId: id }, signal);
  const found = object(answer['Detection']);
  return {
    ...readDetection(found),
    why: text(found['Why']),
    next: texts(found['Next']),
    falsePositives: texts(found['FalsePositives']),
    references: texts(found['References']),
    text: text(found['Text']),
  };
}

export async function switchDetections(api: Api, ids: readonly string[], on: boolean): Promise<void> {
  await call(api, 'UpdateDetections', { DetectionIds: ids, Enabled: on });
}

/** Rules of Sigma as they are written, a file each. Resolves with the ids of what they look for, enabled. */
export async function importDetections(api: Api, rules: readonly string[]): Promise<readonly string[]> {
  return texts((await call(api, 'ImportDetections', { Rules: rules }))['DetectionIds']);
}

/** Of those that this account imported. */
export async function deleteDetection(api: Api, id: string): Promise<void> {
  await call(api, 'DeleteDetection', { DetectionId: id });
}

/** The topic that findings are told to; '' for none. Times in milliseconds, 0 for never. */
export type FindingsTopic = { readonly arn: string; readonly triedAt: number; readonly failure: string };

export async function findingsTopic(api: Api, signal?: AbortSignal): Promise<FindingsTopic> {
  const answer = await call(api, 'GetFindingsTopic', {}, signal);
  return {
    arn: text(answer['TopicArn']),
    triedAt: time(answer['LastAttemptTime']),
    failure: text(answer['LastError']),
  };
}

/** '' for none. */
export async function putFindingsTopic(api: Api, arn: string): Promise<void> {
  await call(api, 'PutFindingsTopic', { TopicArn: arn });
}

export type Trial = {
  readonly findings: readonly Finding[];
  readonly counts: readonly { readonly id: string; readonly count: number }[];
  readonly scanned: number;
  /** Milliseconds; set where older events were too many to be looked at. */
  readonly completeFrom: number | undefined;
};

/** What they would have found; nothing is kept. `from` in seconds. */
export async function tryDetections(
  api: Api,
  asked: {
    readonly ids?: readonly string[];
    /** Rules of Sigma that were not imported. */
    readonly rules?: readonly string[];
    readonly from: number;
  },
  signal?: AbortSignal,
): Promise<Trial> {
  const input = {
    ...(asked.ids ? { DetectionIds: asked.ids } : {}),
    ...(asked.rules ? { Rules: asked.rules } : {}),
    StartTime: asked.from,
    MaxResults: 50,
  };
  const answer = await call(api, 'TestDetections', input, signal);
  return {
    findings: objects(answer['Findings']).map(readFinding),
    counts: objects(answer['Counts']).map((one) => ({
      id: text(one['DetectionId']),
      count: Number(one['Count']),
    })),
    scanned: Number(answer['ScannedEvents']),
    completeFrom: time(answer['CompleteFrom']) || undefined,
  };
}

async function call(api: Api, operation: string, input: Json, signal?: AbortSignal): Promise<Json> {
  const response = await api.own({
    method: 'POST',
    path: `/_detections/${operation}`,
    body: JSON.stringify(input),
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as Json;
}

function scope(everywhere: boolean): object {
  return everywhere ? { Scope: 'all' } : {};
}

function readFinding(one: Json): Finding {
  return {
    id: text(one['FindingId']),
    detectionId: text(one['DetectionId']),
    title: text(one['Title']),
    severity: text(one['Severity']) as Severity,
    attack: texts(one['Attack']),
    account: text(one['AccountId']),
    region: text(one['AwsRegion']),
    status: text(one['Status']) === 'ACKNOWLEDGED' ? 'ACKNOWLEDGED' : 'OPEN',
    first: time(one['FirstEventTime']),
    last: time(one['LastEventTime']),
    count: Number(one['Count']),
    actor: text(one['Actor']),
    accessKey: text(one['AccessKeyId']),
    sourceIp: text(one['SourceIPAddress']),
    userAgent: text(one['UserAgent']),
    eventName: text(one['EventName']),
    eventSource: text(one['EventSource']),
    error: text(one['ErrorCode']),
    resources: texts(one['Resources']),
    eventIds: texts(one['EventIds']),
    note: text(one['Note']),
    changedBy: text(one['ChangedBy']),
    changedAt: time(one['ChangedTime']),
  };
}

function readDetection(one: Json): Detection {
  return {
    id: text(one['DetectionId']),
    title: text(one['Title']),
    severity: text(one['Severity']) as Severity,
    attack: texts(one['Attack']),
    imported: one['ImportedBy'] !== undefined,
    enabled: one['Enabled'] === true,
    open: Number(one['OpenFindings'] ?? 0),
  };
}
