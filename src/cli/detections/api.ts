import type { ServerAccess } from '../server-request.ts';
import { serverRequest } from '../server-request.ts';

/** One of the operations of docs/detections.md. Throws SERVER_UNREACHABLE, SERVER_REFUSED. */
export async function detectionCall<T>(server: ServerAccess, operation: string, input: unknown): Promise<T> {
  const response = await serverRequest(server, {
    method: 'POST',
    path: `/_detections/${operation}`,
    service: 'opentrail',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return (await response.json()) as T;
}

export type ShownDetection = {
  readonly DetectionId: string;
  readonly Title: string;
  readonly Severity: string;
  readonly Attack: readonly string[];
  readonly Kind: 'PACK' | 'SIGMA';
  readonly Enabled: boolean;
  readonly OpenFindings: number;
};

export type WholeDetection = ShownDetection & {
  readonly Why: string;
  readonly Next: readonly string[];
  readonly FalsePositives: readonly string[];
  readonly References: readonly string[];
  readonly Text: string;
};

export type ShownFinding = {
  readonly FindingId: string;
  readonly DetectionId: string;
  readonly Title: string;
  readonly Severity: string;
  readonly AccountId: string;
  readonly AwsRegion: string;
  readonly Status: string;
  readonly LastEventTime: string;
  readonly Count: number;
  readonly Actor: string;
  readonly SourceIPAddress: string;
  readonly EventName: string;
  readonly ErrorCode: string;
  readonly EventIds: readonly string[];
};
