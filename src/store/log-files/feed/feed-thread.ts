import { closeSync, openSync, writevSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

import type { FeedResult, FeedTask } from './feed-task.ts';
import { unpack } from './unpack.ts';

/** Entry of a thread that unpacks files for the engine. */
parentPort?.on('message', ({ n, path, files }: FeedTask) => {
  const { parts, ...told } = unpack(files);
  const data = path === undefined ? Uint8Array.from(Buffer.concat(parts)) : new Uint8Array();
  if (path !== undefined) write(path, parts);
  const result: FeedResult = { n, data, ...told };
  parentPort?.postMessage(result, [data.buffer]);
});

/** As many pieces at once as the system takes. */
const PIECES = 512;

function write(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (let at = 0; at < parts.length; at += PIECES) writeAll(file, parts.slice(at, at + PIECES));
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, parts: readonly Uint8Array[]): void {
  let written = writevSync(file, parts);
  // A short write goes on where it ended.
  for (const part of parts) {
    if (written >= part.byteLength) {
      written -= part.byteLength;
      continue;
    }
    let at = written;
    written = 0;
    while (at < part.byteLength) at += writevSync(file, [part.subarray(at)]);
  }
}
