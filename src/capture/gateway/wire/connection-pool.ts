import { connect as connectPlain, isIP, type Socket, type TcpSocketConnectOpts } from 'node:net';
import { connect as connectTls, createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

import { Connection, type CallEvents, type ConnectionHome } from './connection.ts';
import type { ResponseParsers } from './response-parser.ts';

/** For `https://` upstreams. */
export type UpstreamTls = {
  /** Certificate authorities (PEM) believed beside those that Node brings. */
  readonly ca?: string | undefined;
  /** Default true: the upstream's certificate is verified. */
  readonly verify?: boolean | undefined;
};

export type PoolSettings = {
  /** Milliseconds of silence before a call fails. */
  readonly timeout: number;
  /** Connections at most; further calls wait their turn. */
  readonly connections: number;
  readonly tls: UpstreamTls;
};

const CONNECT_TIMEOUT = 10_000;
/** Below the 5 s after which many servers close an idle connection: a call must not meet that moment. */
const IDLE_LIMIT = 4000;
const SWEEP = 1000;
const READ_BYTES = 64 * 1024;

/** Kept-alive connections to one upstream. The one used last is used next, so that those not needed grow old. */
export class ConnectionPool {
  readonly #url: URL;
  readonly #settings: PoolSettings;
  readonly #parsers: ResponseParsers;
  readonly #home: ConnectionHome;
  readonly #open = new Set<Connection>();
  readonly #free: Connection[] = [];
  readonly #waiting = new Set<CallEvents>();
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #sweeper: NodeJS.Timeout | undefined;
  /** Of the last TLS connection: the next one begins with it, at a fraction of the cost. */
  #session: Buffer | undefined;
  readonly #context: SecureContext | undefined;

  constructor(url: URL, settings: PoolSettings, parsers: ResponseParsers, now: () => number) {
    this.#url = url;
    this.#settings = settings;
    this.#parsers = parsers;
    this.#context = url.protocol === 'https:' ? contextOf(settings.tls) : undefined;
    this.#home = {
      now,
      onFree: (connection) => this.#onFree(connection),
      onClosed: (one) => this.#onClosed(one),
    };
  }

  /** Gives the call a connection, now or when one is free; a `fresh` one is not one that was used before, if that can be. */
  call(call: CallEvents, fresh = false): void {
    if (fresh && this.#open.size < this.#settings.connections) {
      this.#connect().begin(call);
      return;
    }
    let connection = this.#free.pop();
    while (connection !== undefined && !connection.usable) connection = this.#free.pop();
    if (connection !== undefined) connection.begin(call);
    else if (this.#open.size < this.#settings.connections) this.#connect().begin(call);
    else this.#waiting.add(call);
  }

  /** Forgets a call that waits for a connection. */
  cancel(call: CallEvents): void {
    this.#waiting.delete(call);
  }

  /** Closes all connections. */
  stop(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    for (const connection of this.#open) connection.fail({ text: 'the gateway stops', timedOut: false });
  }

  #connect(): Connection {
    const connection = new Connection(this.#home, this.#parsers, (take) => this.#openSocket(take));
    this.#open.add(connection);
    this.#sweeper ??= setInterval(() => this.#sweep(), Math.min(SWEEP, this.#settings.timeout / 2)).unref();
    return connection;
  }

  #openSocket(take: (bytes: Buffer) => boolean): Socket {
    const host = this.#url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(this.#url.port) || (this.#url.protocol === 'https:' ? 443 : 80);
    if (this.#url.protocol === 'https:') return this.#openTlsSocket(host, port, take);
    // All connections read into the same buffer: what is kept of it is copied before the next one reads.
    const onread = {
      buffer: this.#readBuffer,
      callback: (count: number, buffer: Uint8Array) => take((buffer as Buffer).subarray(0, count)),
    };
    return connectPlain({ host, port, noDelay: true, onread } as TcpSocketConnectOpts);
  }

  #openTlsSocket(host: string, port: number, take: (bytes: Buffer) => boolean): Socket {
    const socket = connectTls({
      host,
      port,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: this.#settings.tls.verify !== false,
      secureContext: this.#context,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(this.#session === undefined ? {} : { session: this.#session }),
    });
    socket.setNoDelay(true);
    socket.on('session', (session) => (this.#session = session));
    return socket.on('data', (bytes: Buffer) => {
      if (!take(bytes)) socket.pause();
    });
  }

  #onFree(connection: Connection): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free.push(connection);
      return;
    }
    this.#waiting.delete(next);
    connection.begin(next);
  }

  #onClosed(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at >= 0) this.#free.splice(at, 1);
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.call(next);
  }

  /** Connections that are idle or silent for too long. */
  #sweep(): void {
    const now = this.#home.now();
    const idle = new Set(this.#free);
    for (const connection of this.#open) {
      const silent = connection.silentFor(now);
      if (idle.has(connection)) {
        if (silent > IDLE_LIMIT) this.#close(connection);
      } else if (connection.connecting && silent > CONNECT_TIMEOUT) {
        connection.fail({ text: `connect ETIMEDOUT ${this.#url.host}`, timedOut: true });
      } else if (silent > this.#settings.timeout) {
        connection.fail({
          text: `the upstream was silent for ${this.#settings.timeout / 1000} s`,
          timedOut: true,
        });
      }
    }
  }

  #close(connection: Connection): void {
    this.#free.splice(this.#free.indexOf(connection), 1);
    connection.abandon();
  }
}

/** Made once: to read the authorities takes longer than a handshake. */
function contextOf({ ca }: UpstreamTls): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  });
}
