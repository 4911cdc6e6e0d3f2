/** AWS wire protocols. `json` is JSON 1.0 and 1.1; `cbor` is RPC v2. */
export type Protocol = 'json' | 'rest-json' | 'rest-xml' | 'query' | 'ec2' | 'cbor' | 'unknown';

/** Lower-case header names; repeated headers joined with `, `. */
export type Headers = Readonly<Record<string, string>>;

export type WireRequest = {
  readonly method: string;
  /** Raw, still percent-encoded, without the query. */
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  readonly headers: Headers;
};

export type WireResponse = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };
