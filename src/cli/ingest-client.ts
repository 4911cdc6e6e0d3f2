import type { IngestReport } from '../capture/ingest/ingest.ts';
import { serverAnswer, type ServerAccess } from './server-request.ts';

/** Sends CloudTrail records or log files to the server's bulk operation. */
export async function ingestRecords(
  server: ServerAccess,
  body: Uint8Array,
  {
    origin,
    since,
    signal,
  }: {
    readonly origin: 'imported' | 'replayed' | 'demo' | 'ingested';
    readonly since?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<IngestReport> {
  const query = new URLSearchParams({ origin, ...(since === undefined ? {} : { since }) });
  const answer = await serverAnswer(server, {
    method: 'POST',
    path: `/_ingest/records?${query.toString()}`,
    service: 'opentrail',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
    signal,
  });
  return JSON.parse(answer) as IngestReport;
}
