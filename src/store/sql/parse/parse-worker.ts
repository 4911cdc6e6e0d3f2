import { parentPort } from 'node:worker_threads';

import { Dialect, parse } from '@polyglot-sql/sdk';

/** Entry of the parser's thread: its 23 MB of WebAssembly are loaded here, and gone with it. */

export type ParseRequest = { readonly id: number; readonly text: string };
export type ParseReply = {
  readonly id: number;
  /** The tree, as JSON. */
  readonly tree?: string | undefined;
  readonly error?: string | undefined;
  /** Offset in the text at which it went wrong. */
  readonly at?: number | undefined;
};

parentPort?.on('message', ({ id, text }: ParseRequest) => {
  parentPort?.postMessage(answer(id, text));
});

function answer(id: number, text: string): ParseReply {
  const result = parse(text, Dialect.Trino);
  return result.success
    ? { id, tree: JSON.stringify(result.ast) }
    : { id, error: result.error ?? 'not understood', at: result.errorStart };
}
