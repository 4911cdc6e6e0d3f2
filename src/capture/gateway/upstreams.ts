import { isIP } from 'node:net';

import { buildConnector, Pool, type Dispatcher } from 'undici';

export type Upstream = {
  readonly dispatcher: Dispatcher;
  /** Given with every request of an https upstream, so that its connections are not told apart by the callers' Host. */
  readonly servername: string | undefined;
};

const CONNECT_TIMEOUT = 10_000;
const CONNECTIONS = 1024;
const MAX_ANSWER_HEADERS = 256 * 1024;

/** A pool of kept-alive connections for each upstream, made when first asked for. */
export class Upstreams {
  readonly #byUrl = new Map<string, Upstream & { readonly dispatcher: Pool }>();
  readonly #settings: { readonly upstreamTimeout: number; readonly connections?: number | undefined };

  constructor(settings: { readonly upstreamTimeout: number; readonly connections?: number | undefined }) {
    this.#settings = settings;
  }

  of(url: string): Upstream {
    let upstream = this.#byUrl.get(url);
    if (upstream === undefined) {
      upstream = this.#open(new URL(url));
      this.#byUrl.set(url, upstream);
    }
    return upstream;
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#byUrl.values(), ({ dispatcher }) => dispatcher.close()));
  }

  #open(url: URL): Upstream & { readonly dispatcher: Pool } {
    const connect = buildConnector({ timeout: CONNECT_TIMEOUT });
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const servername = isIP(hostname) === 0 ? hostname : undefined;
    const dispatcher = new Pool(url.origin, {
      connect: (options, callback) => connect({ ...options, servername }, callback),
      connections: this.#settings.connections ?? CONNECTIONS,
      pipelining: 1,
      headersTimeout: this.#settings.upstreamTimeout,
      bodyTimeout: this.#settings.upstreamTimeout,
      maxHeaderSize: MAX_ANSWER_HEADERS,
    });
    return { dispatcher, servername: url.protocol === 'https:' ? (servername ?? 'upstream') : undefined };
  }
}
