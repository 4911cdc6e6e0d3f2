import { createRequire } from 'node:module';

/**
 * Parses HTTP/1.1 answers with llhttp, Node's own parser, in the WebAssembly build that undici brings. undici's client around it costs
 * 25 µs a call more than the sockets here (docs/decisions/gateway-client.md): a third of what a call through the gateway may cost altogether.
 */
export type ResponseParsers = { readonly open: (events: ParserEvents) => ResponseParser };

export type ParserEvents = {
  /** An answer begins. False: nobody waits for one. */
  readonly onBegin: () => boolean;
  /** Names and values in turn, as they were written. Called for 1xx too. True: no body follows whatever the headers say (HEAD). */
  readonly onHeaders: (status: number, statusText: string, headers: string[]) => boolean;
  /** A piece of the body, the receiver's own. */
  readonly onBody: (chunk: Buffer) => void;
  readonly onComplete: (trailers: string[], keepAlive: boolean) => void;
};

export type ResponseParser = {
  /** Undefined, or what is wrong with the answer; then the connection is of no further use. */
  readonly execute: (bytes: Buffer) => string | undefined;
  /** The connection has ended: completes an answer that ends with it. */
  readonly finish: () => string | undefined;
  /** Frees its memory. Not from within an event. */
  readonly close: () => void;
};

const INPUT_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 256 * 1024;
const TYPE_RESPONSE = 2;
const GO_ON = 0;
const NO_BODY = 1;
const STOP = -1;

type Llhttp = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly malloc: (bytes: number) => number;
  readonly llhttp_alloc: (type: number) => number;
  readonly llhttp_free: (parser: number) => void;
  readonly llhttp_execute: (parser: number, data: number, length: number) => number;
  readonly llhttp_finish: (parser: number) => number;
  readonly llhttp_should_keep_alive: (parser: number) => number;
  readonly llhttp_get_error_reason: (parser: number) => number;
};

/** Whose bytes are being parsed at this moment. */
type Running = { state: State | undefined; input: Input; inputAt: number; llhttp: Llhttp | undefined };

/** `latin1Slice` is what `toString('latin1')` comes to, without its detours: eighteen times a call. */
type Input = Buffer & { readonly latin1Slice: (from: number, to: number) => string };

/** Loads the parser; one instance serves any number of connections, one after another. */
export function createResponseParsers(): ResponseParsers {
  const running: Running = {
    state: undefined,
    input: Buffer.alloc(0) as Input,
    inputAt: 0,
    llhttp: undefined,
  };
  const llhttp = instantiate(callbacksOf(running));
  running.llhttp = llhttp;
  running.inputAt = llhttp.malloc(INPUT_BYTES);
  let memory = new Uint8Array(llhttp.memory.buffer, running.inputAt, INPUT_BYTES);

  const run = (state: State, bytes: Buffer): number => {
    // Memory that has grown is another buffer.
    if (memory.length === 0) memory = new Uint8Array(llhttp.memory.buffer, running.inputAt, INPUT_BYTES);
    memory.set(bytes);
    running.state = state;
    running.input = bytes as Input;
    try {
      return llhttp.llhttp_execute(state.parser, running.inputAt, bytes.length);
    } finally {
      running.state = undefined;
    }
  };

  return {
    open: (events) => {
      const state = new State(llhttp.llhttp_alloc(TYPE_RESPONSE), events);
      return {
        execute: (bytes) => {
          for (let from = 0; from < bytes.length; from += INPUT_BYTES) {
            const whole = bytes.length <= INPUT_BYTES;
            const code = run(state, whole ? bytes : bytes.subarray(from, from + INPUT_BYTES));
            if (code !== 0) return reasonOf(llhttp, state, code);
          }
          return undefined;
        },
        finish: () => {
          running.state = state;
          const code = llhttp.llhttp_finish(state.parser);
          running.state = undefined;
          return code === 0 ? undefined : reasonOf(llhttp, state, code);
        },
        close: () => llhttp.llhttp_free(state.parser),
      };
    },
  };
}

function callbacksOf(running: Running) {
  const textAt = (from: number, length: number): string => {
    const start = from - running.inputAt;
    return running.input.latin1Slice(start, start + length);
  };
  return {
    wasm_on_url: () => GO_ON,
    wasm_on_message_begin: () => running.state?.begin() ?? STOP,
    wasm_on_status: (_parser: number, from: number, length: number) =>
      running.state?.statusPart(textAt(from, length)) ?? STOP,
    wasm_on_header_field: (_parser: number, from: number, length: number) =>
      running.state?.namePart(textAt(from, length)) ?? STOP,
    wasm_on_header_value: (_parser: number, from: number, length: number) =>
      running.state?.valuePart(textAt(from, length)) ?? STOP,
    wasm_on_headers_complete: (_parser: number, status: number) =>
      running.state?.headersComplete(status) ?? STOP,
    wasm_on_body: (_parser: number, from: number, length: number) =>
      running.state?.body(running.input, from - running.inputAt, length) ?? STOP,
    wasm_on_message_complete: (parser: number) =>
      running.state?.complete(running.llhttp?.llhttp_should_keep_alive(parser) === 1) ?? STOP,
  };
}

type Wasm = {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

function instantiate(callbacks: object): Llhttp {
  const require = createRequire(import.meta.url);
  // The types of the web, where this one is declared, are not the server's.
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
  const module = new Module(require('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array);
  return new Instance(module, { env: callbacks }).exports as Llhttp;
}

function reasonOf(llhttp: Llhttp, state: State, code: number): string {
  if (state.problem !== undefined) return state.problem;
  const reasonAt = llhttp.llhttp_get_error_reason(state.parser);
  const memory = Buffer.from(llhttp.memory.buffer);
  const reason = reasonAt === 0 ? '' : memory.toString('latin1', reasonAt, memory.indexOf(0, reasonAt));
  return `the answer is not HTTP/1.1: ${reason || `llhttp error ${code}`}`;
}

/** What the parser has read of the answer that it is in. */
class State {
  readonly parser: number;
  readonly #events: ParserEvents;
  problem: string | undefined;
  #headers: string[] = [];
  #headerBytes = 0;
  #statusText = '';
  #status = 0;

  constructor(parser: number, events: ParserEvents) {
    this.parser = parser;
    this.#events = events;
  }

  begin(): number {
    if (this.#events.onBegin()) return GO_ON;
    this.problem ??= 'the upstream sent bytes that nobody asked for';
    return STOP;
  }

  statusPart(text: string): number {
    this.#statusText += text;
    return GO_ON;
  }

  namePart(text: string): number {
    const headers = this.#headers;
    if (headers.length % 2 === 0) headers.push(text);
    else headers[headers.length - 1] += text;
    return this.#count(text.length);
  }

  valuePart(text: string): number {
    const headers = this.#headers;
    if (headers.length % 2 === 1) headers.push(text);
    else headers[headers.length - 1] += text;
    return this.#count(text.length);
  }

  headersComplete(status: number): number {
    this.#status = status;
    const noBody = this.#events.onHeaders(status, this.#statusText, this.#headers);
    this.#statusText = '';
    this.#headers = [];
    this.#headerBytes = 0;
    return noBody ? NO_BODY : GO_ON;
  }

  body(input: Buffer, from: number, length: number): number {
    const chunk = Buffer.allocUnsafe(length);
    input.copy(chunk, 0, from, from + length);
    this.#events.onBody(chunk);
    return GO_ON;
  }

  complete(keepAlive: boolean): number {
    const trailers = this.#headers;
    this.#headers = [];
    this.#headerBytes = 0;
    // 1xx only announces the answer.
    if (this.#status >= 200) this.#events.onComplete(trailers, keepAlive);
    return GO_ON;
  }

  #count(bytes: number): number {
    this.#headerBytes += bytes;
    if (this.#headerBytes <= MAX_HEADER_BYTES) return GO_ON;
    this.problem = `the answer's headers exceed ${MAX_HEADER_BYTES} bytes`;
    return STOP;
  }
}
