import { Worker } from 'node:worker_threads';

import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { invalidSql, type Place } from '../invalid-sql.ts';
import { checkStatement } from '../tree/check-query.ts';
import type { Query } from '../tree/syntax.ts';
import { encode, type EncodeOptions } from './encode.ts';
import type { Encoded } from './leaves.ts';
import type { ParseReply, ParseRequest } from './parse-worker.ts';

export type Parser = {
  /** The checked tree of a statement. Rejects with INVALID_SQL. */
  readonly parse: (statement: string, options?: EncodeOptions) => Promise<Query>;
  readonly stop: () => Promise<void>;
};

export type ParserOptions = {
  /** The thread ends when nothing was parsed for so long: it holds some 100 MB. */
  readonly idleMs?: number;
  /** A statement that takes longer is refused, and the thread with it. */
  readonly patienceMs?: number;
};

type Waiting = {
  readonly resolve: (reply: ParseReply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};

/** Parses in a thread of its own, which begins with the first statement: the server neither waits for the parser nor carries it before. */
export function createParser({ idleMs = 600_000, patienceMs = 60_000 }: ParserOptions = {}): Parser {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last = 0;

  const end = async (reason: Error): Promise<void> => {
    const ending = worker;
    worker = undefined;
    clearTimeout(idle);
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(reason);
    }
    waiting.clear();
    await ending?.terminate();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./parse-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 16 },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    started.unref();
    started.on('message', (reply: ParseReply) => {
      const one = waiting.get(reply.id);
      waiting.delete(reply.id);
      clearTimeout(one?.timer);
      one?.resolve(reply);
      if (waiting.size === 0) idle = setTimeout(() => void end(stopped()), idleMs).unref();
    });
    started.on('error', (cause) => {
      if (worker === started) void end(invalidSql(`the statement cannot be parsed: ${messageOf(cause)}`));
    });
    return started;
  };
  const ask = (text: string): Promise<ParseReply> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      worker ??= start();
      const request: ParseRequest = { id: ++last, text };
      const timer = setTimeout(
        () => void end(invalidSql('the statement takes too long to parse')),
        patienceMs,
      );
      waiting.set(request.id, { resolve, reject, timer });
      worker.postMessage(request);
    });

  return {
    parse: async (statement, options) => {
      const encoded = encode(statement, options);
      return treeOf(await ask(encoded.text), encoded);
    },
    stop: () => end(stopped()),
  };
}

const stopped = () => new OpentrailError('ENGINE_UNAVAILABLE', 'the SQL parser was stopped');

function treeOf({ tree, error, at }: ParseReply, encoded: Encoded): Query {
  if (tree === undefined) throw syntaxError(error ?? '', at, encoded);
  return checkStatement(JSON.parse(tree), encoded.leaves);
}

/** The parser speaks of our words; the place is what it can tell of the caller's. */
function syntaxError(error: string, at: number | undefined, encoded: Encoded): Error {
  const place: Place | undefined = encoded.placeAt(at ?? encoded.text.length);
  const word = at === undefined ? undefined : /^\S+/.exec(encoded.text.slice(at))?.[0];
  const expected = /Expected (\w+)/.exec(error)?.[1];
  const name = word === undefined ? undefined : named(word, encoded);
  const found =
    name === undefined ? 'the statement ends too early or is not understood' : `mismatched input '${name}'`;
  return invalidSql(expected === undefined ? found : `${found}: expecting ${expected}`, place);
}

function named(word: string, { leaves }: Encoded): string {
  const leaf = /^'?[ifs]\d+'?$/.test(word) ? leaves[Number(word.replace(/\D/g, ''))] : undefined;
  if (!leaf) return word;
  if (leaf.kind === 'name') return leaf.text;
  return leaf.kind === 'function'
    ? leaf.name
    : leaf.kind === 'literal'
      ? String(leaf.literal.value)
      : leaf.kind;
}
