import type { ServerAccess } from '../server-request.ts';
import { serverRequest } from '../server-request.ts';

/** One of the operations of docs/imports.md. Throws SERVER_UNREACHABLE, SERVER_REFUSED. */
export async function sourceCall<T>(server: ServerAccess, operation: string, input: unknown): Promise<T> {
  const response = await serverRequest(server, {
    method: 'POST',
    path: `/_sources/${operation}`,
    service: 'opentrail',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return (await response.json()) as T;
}

export type ShownSource = {
  readonly Name: string;
  readonly Bucket: string;
  readonly Prefix: string;
  readonly QueueArn?: string;
  readonly ListEverySeconds?: number;
  readonly Status: 'FOLLOWING' | 'FAILING';
  readonly FailingReason?: string;
  readonly FailingSince?: string;
  readonly Files: number;
  readonly Events: number;
};

export type WholeSource = ShownSource & {
  readonly RepeatedFiles: number;
  readonly ForeignObjects: number;
  readonly DuplicateEvents: number;
  readonly EventsOutsideRetention: number;
  readonly Accounts: readonly {
    readonly AccountId: string;
    readonly NewestEventTime?: string;
    readonly NewestFileTime?: string;
    readonly LagSeconds?: number;
    readonly Files: number;
  }[];
  readonly Gaps: readonly {
    readonly Kind: string;
    readonly Key: string;
    readonly AccountId: string;
    readonly Region: string;
    readonly From: string;
    readonly To: string;
  }[];
  readonly SetAside: readonly {
    readonly Kind: string;
    readonly Name: string;
    readonly Reason: string;
    readonly Time: string;
  }[];
};
