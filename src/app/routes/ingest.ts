import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Ingest, IngestOrigin } from '../../capture/ingest/ingest.ts';
import { expandBody } from './expand-body.ts';

/** Of the body, and of what it expands to. */
const LARGEST_BODY = 64 * 1024 * 1024;
const ORIGINS: readonly string[] = ['imported', 'replayed', 'demo', 'ingested'];

/** `POST /_ingest/records?origin=imported|replayed|demo|ingested[&since=TIME]`: CloudTrail log files or records, one after another, plain or gzip. */
export function ingestRoute(ingest: Ingest): InternalRoute {
  return {
    method: 'POST',
    path: '/_ingest/records',
    auth: 'sigv4',
    action: 'opentrail:IngestRecords',
    operation: 'IngestRecords',
    handle: async (request, reply) => {
      const query = new URLSearchParams(request.query);
      const origin = originOf(query.get('origin') ?? 'ingested');
      const since = sinceOf(query.get('since'));
      const body = await expandBody(request, { body: LARGEST_BODY, expanded: LARGEST_BODY });
      reply.json(200, await ingest(body, { origin, since }));
    },
  };
}

function originOf(text: string): IngestOrigin {
  if (!ORIGINS.includes(text))
    throw new AwsError(
      'InvalidParameterException',
      `origin: must be one of ${ORIGINS.join(', ')} (got "${text}")`,
    );
  return text as IngestOrigin;
}

function sinceOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new AwsError(
      'InvalidParameterException',
      `since: must be a time such as 2026-01-31T00:00:00Z (got "${text}")`,
    );
  return ms / 1000;
}
