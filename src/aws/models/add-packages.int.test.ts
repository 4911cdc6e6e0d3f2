import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { addPackages, createModels } from './index.ts';

/** A registry of one package, for npm as it is installed here. */
let registry: Server;
let dir: string;
const asked: string[] = [];
const warnings: object[] = [];
const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'add-models-'));
  const tarball = await packMadeUp();
  registry = createServer((req, res) => {
    asked.push(decodeURIComponent(req.url ?? ''));
    if (req.url?.endsWith('.tgz')) return void res.end(tarball);
    if (!req.url?.includes('client-made-up')) return void res.writeHead(404).end('{}');
    const dist = { tarball: `${urlOf(registry)}/client-made-up.tgz` };
    const versions = { '3.1.0': { name: '@aws-sdk/client-made-up', version: '3.1.0', dist } };
    res.end(JSON.stringify({ name: '@aws-sdk/client-made-up', 'dist-tags': { latest: '3.1.0' }, versions }));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  await mkdir(join(dir, 'models'));
  await writeFile(
    join(dir, 'models', '.npmrc'),
    `registry=${urlOf(registry)}\ncache=${join(dir, 'cache')}\n`,
  );
});
afterAll(async () => {
  registry.close().closeAllConnections();
  await rm(dir, { recursive: true });
});

describe('addPackages', () => {
  it('installs what is missing, once, and what comes with Opentrail never', async () => {
    const folder = await addPackages({ log }, { dir: join(dir, 'models'), names: ['made-up', 's3'] });
    expect(warnings).toEqual([]);
    const madeUp = await createModels({ folders: [folder] }).load('made-up');
    expect([...(madeUp?.operations.keys() ?? [])]).toEqual(['Do']);
    expect(asked.join()).not.toContain('client-s3');
    asked.length = 0;
    await addPackages({ log }, { dir: join(dir, 'models'), names: ['made-up'] });
    expect(asked).toEqual([]);
  });

  it('tells what to run where npm fails, and goes on', async () => {
    const folder = await addPackages({ log }, { dir: join(dir, 'models'), names: ['missing'] });
    expect(createModels({ folders: [folder] }).installed()).toContain('cloudtrail');
    expect(warnings).toMatchObject([
      { install: `npm install --prefix ${join(dir, 'models')} @aws-sdk/client-missing@3` },
    ]);
  });
});

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function packMadeUp(): Promise<Buffer> {
  const root = join(dir, 'made-up');
  const files = {
    'package.json': '{"name":"@aws-sdk/client-made-up","version":"3.1.0"}',
    'dist-es/endpoint/EndpointParameters.js': 'defaultSigningName: "made-up",',
    'dist-es/runtimeConfig.shared.js': 'protocol: config?.protocol ?? AwsRestJsonProtocol,',
    'dist-es/schemas/schemas_0.js':
      'const n0 = "made.up";\nvar __Unit = "unit";\nexport var Do$ = [9, n0, "Do", 0, () => __Unit, () => __Unit];\n',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', dir], { cwd: root });
  return readFile(join(dir, 'aws-sdk-client-made-up-3.1.0.tgz'));
}
