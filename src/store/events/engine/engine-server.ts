import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { Session } from 'chdb';

import { EngineError, errorBody, statusOf, toEngineError } from './engine-error.ts';
import { executeQuery, type EngineAnswer, type EngineRequest } from './execute-query.ts';
import { createLane, type Lane } from './lane.ts';
import {
  ENGINE_ARGUMENTS,
  LANE_SETTINGS,
  LANES,
  MAX_BODY_BYTES,
  MAX_WAITING,
  type LaneName,
} from './limits.ts';
import { quote } from './query-text.ts';

export type EngineServer = {
  readonly server: Server;
  /** Opens the database; rejects while another process holds its lock. */
  readonly open: () => Promise<void>;
  /** Refuses what comes, finishes what runs, closes the database. */
  readonly close: () => Promise<void>;
};

const KILL_AGAIN_MS = 500;

type Lanes = Readonly<Record<LaneName, Lane>>;
type Deps = { readonly lanes: Lanes; readonly open: () => Session; readonly secret: string };

/**
 * The part of ClickHouse's HTTP interface that @clickhouse/client speaks, over a pool of chDB connections.
 * https://clickhouse.com/docs/interfaces/http
 */
export function createEngineServer({
  dir,
  secret,
}: {
  readonly dir: string;
  readonly secret: string;
}): EngineServer {
  const open = () => new Session(dir, { connectionArgs: ENGINE_ARGUMENTS });
  const lanes = Object.fromEntries(
    Object.entries(LANES).map(([name, size]) => [name, createLane({ open, size, maxWaiting: MAX_WAITING })]),
  ) as Lanes;
  const deps: Deps = { lanes, open, secret };
  const server = createServer(
    { keepAliveTimeout: 30_000, maxHeaderSize: 1024 * 1024, requestTimeout: 0 },
    (request, response) => {
      serve(deps, request, response).catch((error: unknown) => fail(response, error));
    },
  );
  return {
    server,
    open: () =>
      lanes.control
        .run((slot) => slot.session.queryAsync('SELECT 1', { format: 'Null' }))
        .then(() => undefined),
    close: async () => {
      server.close();
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
      server.closeAllConnections();
    },
  };
}

async function serve(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (url.pathname === '/ping') {
    await deps.lanes.control.run((slot) => slot.session.queryAsync('SELECT 1', { format: 'Null' }));
    response.end('Ok.\n');
    return;
  }
  if (!authenticated(request, deps.secret)) throw new EngineError(516, 'Authentication failed');
  const lane = laneOf(request, url);
  const read = await readRequest(request, url);
  const settings = new Map([...Object.entries(LANE_SETTINGS[lane] ?? {}), ...read.settings]);
  const asked: EngineRequest = { ...read, settings, stream: lane === 'sql' };
  response.setHeader('X-ClickHouse-Query-Id', asked.id);
  const cancel = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) cancel.abort();
  });
  await deps.lanes[lane].run(async (slot) => {
    if (cancel.signal.aborted) return;
    const stopKilling = killOnceGone(deps.lanes.control, asked.id, cancel.signal);
    try {
      await executeQuery(slot, asked, deps.open, (answer) => send(response, answer));
    } finally {
      stopKilling();
    }
  });
}

/** Ends a query whose caller is gone, asking again until it has ended: one word may come before the engine knows the query. */
function killOnceGone(control: Lane, id: string, gone: AbortSignal): () => void {
  let again: NodeJS.Timeout | undefined;
  const kill = (): void => {
    void killQuery(control, id);
    again = setInterval(() => void killQuery(control, id), KILL_AGAIN_MS);
  };
  gone.addEventListener('abort', kill, { once: true });
  return () => {
    gone.removeEventListener('abort', kill);
    clearInterval(again);
  };
}

/** A query whose caller is gone must not keep the connection busy. */
async function killQuery(control: Lane, id: string): Promise<void> {
  await control
    .run((slot) =>
      slot.session.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = ${quote(id)} ASYNC`, {
        format: 'Null',
      }),
    )
    .catch(() => undefined);
}

async function send(response: ServerResponse, { format, summary, chunks }: EngineAnswer): Promise<void> {
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summary));
  response.setHeader(
    'Content-Type',
    format.startsWith('JSON') ? 'application/json; charset=UTF-8' : 'application/octet-stream',
  );
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

function fail(response: ServerResponse, cause: unknown): void {
  if (response.headersSent) {
    // The status is gone: an answer cut short is the only way left to say that it is not whole.
    response.destroy();
    return;
  }
  const error = toEngineError(cause);
  response.statusCode = statusOf(error.code);
  response.setHeader('X-ClickHouse-Exception-Code', String(error.code));
  response.end(errorBody(error));
}

function authenticated(request: IncomingMessage, secret: string): boolean {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const given =
    basic === undefined
      ? String(request.headers['x-clickhouse-key'] ?? '')
      : Buffer.from(basic, 'base64')
          .toString()
          .replace(/^[^:]*:/, '');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

/** Parameters of the URL that are about the request, not settings of the query. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(
  'query query_id database user password default_format session_id session_check session_timeout role quota_key buffer_size compress decompress'.split(
    ' ',
  ),
);

async function readRequest(request: IncomingMessage, url: URL): Promise<Omit<EngineRequest, 'stream'>> {
  const body = await readBody(request);
  const database = url.searchParams.get('database') ?? 'default';
  if (database !== 'default')
    throw new EngineError(81, `Database ${database} does not exist (UNKNOWN_DATABASE)`);
  const params = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
    else if (!NOT_SETTINGS.has(name)) settings.set(name, value);
  }
  const query = url.searchParams.get('query');
  return {
    id: url.searchParams.get('query_id') ?? '',
    query: query ?? body.toString('utf8'),
    data: query === null ? undefined : body,
    params,
    settings,
    defaultFormat: url.searchParams.get('default_format') ?? 'TabSeparated',
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES)
      throw new EngineError(307, `Request body is larger than ${MAX_BODY_BYTES} bytes (TOO_MANY_BYTES)`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function laneOf(request: IncomingMessage, url: URL): LaneName {
  const named = request.headers['x-opentrail-lane'];
  if (typeof named === 'string' && Object.hasOwn(LANES, named)) return named as LaneName;
  return url.searchParams.has('query') ? 'insert' : 'sql';
}
