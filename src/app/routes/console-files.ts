import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import type { InternalRoute, RouteReply, RouteRequest } from '../../api/endpoint-contract.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  json: 'application/json',
};

/** Everything comes from this origin, and nothing stands in the page itself. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

type ConsoleFile = {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly brotli: Uint8Array | undefined;
  readonly etag: string;
  readonly immutable: boolean;
};

/** `/_console/`: the built console, held in memory; only names that were there at start are ever answered. */
export async function consoleRoutes(folder: string): Promise<readonly InternalRoute[]> {
  const files = await loadFiles(folder);
  return [
    {
      method: 'GET',
      path: '/_console/',
      auth: 'none',
      handle: (request, reply) => serveFile(files, request, reply),
    },
    {
      method: 'GET',
      path: '/_console',
      auth: 'none',
      handle: (_request, reply) => reply.send(308, { location: '/_console/' }),
    },
  ];
}

async function loadFiles(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = new Set(entries.map((entry) => join(entry.parentPath, entry.name)));
  const files = new Map<string, ConsoleFile>();
  for (const entry of entries) {
    const type = TYPES[entry.name.slice(entry.name.lastIndexOf('.') + 1)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = await readFile(path);
    const name = relative(folder, path).split(sep).join('/');
    files.set(name, {
      type,
      plain,
      // Made when the console was built.
      brotli: names.has(`${path}.br`) ? await readFile(`${path}.br`) : undefined,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      immutable: name.startsWith('assets/'),
    });
  }
  return files;
}

function serveFile(files: ReadonlyMap<string, ConsoleFile>, request: RouteRequest, reply: RouteReply): void {
  const name = request.path.slice('/_console/'.length) || 'index.html';
  const file = files.get(name);
  const headers = {
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
  if (!file) {
    const hint =
      files.size === 0 ? 'the console is not built: run npm run build, then restart\n' : 'no such file\n';
    reply.send(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' }, hint);
    return;
  }
  const cached = {
    ...headers,
    etag: file.etag,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  };
  if (request.headers['if-none-match'] === file.etag) {
    reply.send(304, cached);
    return;
  }
  const brotli = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') ? file.brotli : undefined;
  reply.send(
    200,
    { ...cached, 'content-type': file.type, ...(brotli ? { 'content-encoding': 'br' } : {}) },
    brotli ?? file.plain,
  );
}
