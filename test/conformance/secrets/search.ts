import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

export type Place = { readonly name: string; readonly content: Buffer };

/** Every file of a folder, and what is packed inside it: frames of zstd (packed journals, columns of the event engine) and gzip. */
export function readEverything(folder: string, without: ReadonlySet<string>): readonly Place[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !without.has(name) && statSync(join(folder, name)).isFile())
    .flatMap((name) => {
      const content = readFileSync(join(folder, name));
      return [{ name, content }, ...unpacked(name, content)];
    });
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

function unpacked(name: string, content: Buffer): readonly Place[] {
  const parts = [...framesIn(content, ZSTD, zstdDecompressSync), ...framesIn(content, GZIP, gunzipSync)];
  return parts.length === 0 ? [] : [{ name: `${name} (unpacked)`, content: Buffer.concat(parts) }];
}

function framesIn(content: Buffer, magic: Buffer, unpack: (frame: Buffer) => Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = content.indexOf(magic); at >= 0; at = content.indexOf(magic, at + 1)) {
    try {
      parts.push(unpack(content.subarray(at)));
    } catch {
      // The four bytes stood there by chance.
    }
  }
  return parts;
}

/** The places that hold one of the texts, as `place: text`. */
export function findIn(places: readonly Place[], texts: readonly string[]): readonly string[] {
  return places.flatMap(({ name, content }) =>
    texts.filter((text) => content.includes(text)).map((text) => `${name}: ${around(content, text)}`),
  );
}

function around(content: Buffer, text: string): string {
  const at = content.indexOf(text);
  return content.subarray(Math.max(0, at - 120), at + text.length + 40).toString('latin1');
}
