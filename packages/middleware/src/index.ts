import { createMakeEntry } from './event-data.ts';
import {
  expressHandler,
  fastifyPlugin,
  type ExpressHandler,
  type ExpressRequest,
  type FastifyLikeRequest,
  type FastifyPlugin,
} from './frameworks.ts';
import type { HttpOptions } from './http.ts';
import { partsOfArn, type AuditEvent, type AuditorOptions, type Problem, type Stats } from './options.ts';
import { createQueue } from './queue.ts';
import { createSend } from './send.ts';
import type { Credentials } from './sign.ts';
import { createSpool } from './spool.ts';

export type { AuditEvent, AuditorOptions, Problem, Stats, User } from './options.ts';
export type { HttpOptions } from './http.ts';
export type { Credentials } from './sign.ts';

export type Auditor = {
  /** Takes no time, never throws; returns the event's id. */
  readonly record: (event: AuditEvent) => string;
  /** `app.use(auditor.express({ who: (req) => req.user?.name }))`, after what tells who it is. */
  readonly express: <Request extends ExpressRequest>(
    options: HttpOptions<Request>,
  ) => ExpressHandler<Request>;
  /** `await app.register(auditor.fastify({ who: … }))`; drains when the app closes. */
  readonly fastify: <Request extends FastifyLikeRequest>(options: HttpOptions<Request>) => FastifyPlugin;
  /** Sends now what waits; does not wait for a server that is away. */
  readonly flush: () => Promise<void>;
  /** Sends what waits, for `timeout` ms at most (default 5000), and leaves the rest in the spool. Call it when the service ends. */
  readonly close: (timeout?: number) => Promise<void>;
  readonly stats: () => Stats;
};

/** Throws TypeError for options that cannot work; after that nothing does. */
export function createAuditor(options: AuditorOptions): Auditor {
  const { region, account } = partsOfArn(options.channelArn);
  if (!options.eventSource || options.eventSource.length > 1024)
    throw new TypeError('eventSource: must be the name of your service');
  const endpoint =
    options.endpoint ?? process.env['AWS_ENDPOINT_URL'] ?? `https://cloudtrail-data.${region}.amazonaws.com`;
  if (!URL.canParse(endpoint)) throw new TypeError(`endpoint: ${JSON.stringify(endpoint)} is not a URL`);
  const makeEntry = createMakeEntry({
    eventSource: options.eventSource,
    account,
    redact: options.redact ?? [],
  });
  const queue = createQueue({
    send: createSend({
      endpoint,
      region,
      channelArn: options.channelArn,
      externalId: options.externalId,
      credentials: credentialsOf(options.credentials),
      timeout: options.timeout ?? 10_000,
    }),
    spool:
      options.spool === undefined
        ? undefined
        : createSpool(options.spool, options.spoolBytes ?? 256 * 1024 * 1024),
    memoryBytes: options.memoryBytes ?? 8 * 1024 * 1024,
    flushInterval: options.flushInterval ?? 1000,
    longestBackoff: options.longestBackoff ?? 60_000,
    onProblem: options.onProblem ?? quietly(),
  });
  const record = (event: AuditEvent): string => {
    const entry = makeEntry(event);
    queue.push(entry);
    return entry.id;
  };
  let closing: Promise<void> | undefined;
  const close = (timeout = 5000): Promise<void> => (closing ??= queue.close(timeout));
  return {
    record,
    express: (http) => expressHandler(record, http),
    fastify: (http) => fastifyPlugin(record, close, http),
    flush: queue.flush,
    close,
    stats: queue.stats,
  };
}

function credentialsOf(given: AuditorOptions['credentials']): () => Credentials | Promise<Credentials> {
  if (typeof given === 'function') return given;
  if (given !== undefined) return () => given;
  return () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env;
    if (!accessKeyId || !secretAccessKey)
      throw new TypeError('no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
    return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
  };
}

/** Once a minute: a server that is away must not fill the service's log. */
function quietly(): (problem: Problem) => void {
  let last = 0;
  return ({ kind, message, events }) => {
    if (Date.now() - last < 60_000) return;
    last = Date.now();
    process.stderr.write(`@opentrail/middleware: ${kind} (${events} events): ${message}\n`);
  };
}
