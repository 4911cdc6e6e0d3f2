import { describe, expect, it } from 'vitest';

import { linesOf } from './stream.ts';

describe('linesOf', () => {
  it('joins lines that were cut anywhere, even inside a character', async () => {
    const bytes = new TextEncoder().encode('{"a":"é"}\n\n{"b":1}\n{"c":2}');
    const cut = [bytes.slice(0, 7), bytes.slice(7, 12), bytes.slice(12)];
    const lines: string[] = [];
    for await (const line of linesOf(streamOf(cut))) lines.push(line);
    expect(lines).toEqual(['{"a":"é"}', '{"b":1}', '{"c":2}']);
  });
});

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
