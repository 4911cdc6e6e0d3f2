import { Readable } from 'node:stream';

import { AwsError } from '../errors.ts';
import type { Headers } from '../protocols/protocol.ts';
import { createByteReader, type ByteReader } from './byte-reader.ts';
import { createChunkVerifier, type ChunkVerifier } from './chunk-verifier.ts';
import type { ChunkSigning, SignedPayload } from './signed-request.ts';
import { createTrailerChecksums, type TrailerChecksums } from './trailer-checksums.ts';

export type ChunkedOptions = {
  readonly payload: Extract<SignedPayload, { kind: 'streaming' }>;
  /** Needed when `payload.signed`. */
  readonly signing?: ChunkSigning | undefined;
  /** The request's headers: `x-amz-decoded-content-length` and `x-amz-trailer` are held to. */
  readonly headers: Headers;
  /** Given the verified trailers before the content ends. */
  readonly onTrailers?: ((trailers: Headers) => void) | undefined;
};

/**
 * The content of an `aws-chunked` body as a stream of bytes; memory stays flat. Content is passed on before its chunk's signature and the
 * checksums can be known: whoever stores it must drop it when the stream fails, which it does with AwsError `SignatureDoesNotMatch`,
 * `IncompleteBody`, `InvalidRequest`, `BadDigest`, `MalformedTrailerError`, `InvalidChunkSizeError`, `MissingContentLength`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, .../sigv4-streaming-trailers.html
 */
export function decodeAwsChunked(body: Readable, options: ChunkedOptions): Readable {
  return Readable.from(decodeAndClose(body, options), { objectMode: false, highWaterMark: 65_536 });
}

/** Lets go of the body also when its content is refused half-way: what is left of it is for somebody else to read. */
async function* decodeAndClose(body: Readable, options: ChunkedOptions): AsyncGenerator<Uint8Array> {
  try {
    yield* decode(body, options);
  } finally {
    body.destroy();
  }
}

const MAX_CHUNK_HEADER = 256;
const MAX_TRAILER_LINE = 1024;
const MAX_TRAILERS = 16;

type Decoding = {
  readonly reader: ByteReader;
  readonly verifier: ChunkVerifier | undefined;
  readonly checksums: TrailerChecksums;
  readonly total: number;
};

async function* decode(body: Readable, options: ChunkedOptions): AsyncGenerator<Uint8Array> {
  const decoding: Decoding = {
    reader: createByteReader(body),
    verifier:
      options.payload.signed && options.signing !== undefined
        ? createChunkVerifier(options.signing)
        : undefined,
    checksums: createTrailerChecksums(options.headers['x-amz-trailer']),
    total: decodedLength(options.headers),
  };
  if (options.payload.signed && decoding.verifier === undefined)
    throw new AwsError('InvalidRequest', 'The signature of the request is needed to verify its chunks.');
  let seen = 0;
  for (;;) {
    const header = parseChunkHeader(await decoding.reader.line(MAX_CHUNK_HEADER), options.payload.signed);
    seen += header.size;
    if (seen > decoding.total) throw incomplete();
    yield* content(decoding, header.size);
    decoding.verifier?.verifyChunk(header.signature);
    if (header.size === 0) break;
    if ((await decoding.reader.line(0)) !== '') throw malformedChunk();
  }
  if (seen !== decoding.total) throw incomplete();
  const trailers = await readTrailers(decoding, options.payload.trailer);
  await decoding.checksums.verify(trailers);
  options.onTrailers?.(trailers);
  if ((await decoding.reader.some(1)) !== undefined)
    throw new AwsError('InvalidRequest', 'There is data after the last chunk.');
}

async function* content({ reader, verifier, checksums }: Decoding, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  while (left > 0) {
    const bytes = await reader.some(left);
    if (bytes === undefined) throw incomplete();
    left -= bytes.length;
    verifier?.update(bytes);
    checksums.update(bytes);
    yield bytes;
  }
}

/** `<name>:<value>` lines up to an empty one; `x-amz-trailer-signature` comes last where chunks are signed. */
async function readTrailers({ reader, verifier, checksums }: Decoding, expected: boolean): Promise<Headers> {
  const trailers: Record<string, string> = {};
  let signed = '';
  let signature: string | undefined;
  for (let count = 0; ; count++) {
    const line = await reader.line(MAX_TRAILER_LINE);
    if (line === '') break;
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (!expected || at <= 0 || count >= MAX_TRAILERS || signature !== undefined) throw malformedTrailer();
    if (name === 'x-amz-trailer-signature') {
      signature = value;
      continue;
    }
    if (!checksums.announced(name) || Object.hasOwn(trailers, name)) throw malformedTrailer();
    trailers[name] = value;
    signed += `${name}:${value}\n`;
  }
  if (expected && verifier !== undefined) verifier.verifyTrailer(signed, signature);
  return trailers;
}

function parseChunkHeader(
  line: string,
  signed: boolean,
): { readonly size: number; readonly signature: string | undefined } {
  const [digits = '', extension = '', ...more] = line.split(';');
  const signature = /^chunk-signature=([0-9a-f]{64})$/.exec(extension)?.[1];
  if (
    !/^[0-9a-fA-F]{1,12}$/.test(digits) ||
    more.length > 0 ||
    (signed ? signature === undefined : extension !== '')
  )
    throw malformedChunk();
  return { size: Number.parseInt(digits, 16), signature };
}

function decodedLength(headers: Headers): number {
  const text = headers['x-amz-decoded-content-length'] ?? '';
  if (!/^\d{1,15}$/.test(text))
    throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', {
      status: 411,
    });
  return Number(text);
}

function incomplete(): AwsError {
  return new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header',
  );
}

function malformedChunk(): AwsError {
  return new AwsError(
    'InvalidChunkSizeError',
    'A chunk of the body is not well-formed: its size or its signature cannot be read.',
  );
}

function malformedTrailer(): AwsError {
  return new AwsError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
