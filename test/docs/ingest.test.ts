import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lookupAll } from '../kit/client.ts';
import { eventually, run } from '../kit/run.ts';
import { awsEnv, ROOT, startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws with AWS_ENDPOINT_URL');
const page = readFileSync(join(ROOT, 'docs/ingest.md'), 'utf8');
const readme = readFileSync(join(ROOT, 'packages/middleware/README.md'), 'utf8');
const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);
const example = /^```js\n(import [^]*?)^```$/m.exec(readme)?.[1] ?? '';

describe.skipIf(missing !== undefined)(needing('docs/ingest.md', missing), () => {
  let server: TestServer;
  let folder: string;
  let shell: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'opentrail-ingest-docs-'));
    server = await startServer();
    shell = { ...awsEnv(server), OPENTRAIL_DATA: server.data };
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** At least as many as are waited for. */
  const found = (name: string, atLeast = 1) =>
    eventually(async () => {
      const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: name }];
      const events = await lookupAll(server, { EventCategory: 'all', LookupAttributes });
      return events.length >= atLeast ? events : undefined;
    }, 15_000);

  it('has commands that work, one after another', async () => {
    expect(commands.length).toBeGreaterThan(5);
    const state = join(folder, 'environment');
    for (const command of commands) {
      const ran = await run('bash', ['-c', `set -e\n${command}\nenv -0 > "${state}"`], {
        env: shell,
        cwd: ROOT,
      });
      expect([command, ran.code, ran.code === 0 ? '' : ran.stderr + ran.stdout]).toEqual([command, 0, '']);
      shell = Object.fromEntries(
        readFileSync(state, 'utf8')
          .split('\0')
          .filter(Boolean)
          .map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]),
      );
    }
    expect(await found('order.cancelled', 2)).toHaveLength(2);
    expect(await found('order.made', 3)).toHaveLength(3);
  });

  it('has the example of the middleware work as it stands there, compiled', async () => {
    const built = await run(process.execPath, [join(ROOT, 'scripts/build.mjs')], { env: shell, cwd: ROOT });
    expect([built.code, built.stderr.includes('error')]).toEqual([0, false]);
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'packages/middleware/package.json'), 'utf8')) as {
      exports: Record<string, { import: Record<string, string>; require: Record<string, string> }>;
    };
    for (const file of [...Object.values(exports['.']!.import), ...Object.values(exports['.']!.require)])
      expect(existsSync(join(ROOT, 'packages/middleware', file))).toBe(true);
    const script = join(ROOT, 'packages/middleware', `example-${process.pid}.mjs`);
    writeFileSync(script, example);
    const env = { ...shell, SPOOL: join(folder, 'spool'), PORT: '0' };
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      const url = `http://127.0.0.1:${line.split(' ')[1]}`;
      const answer = await fetch(`${url}/orders/7/cancel`, {
        method: 'POST',
        headers: { 'x-user': 'frank' },
      });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    } finally {
      child.kill('SIGKILL');
      rmSync(script);
    }
    const [event] = (await found('POST /orders/:id/cancel'))!;
    expect(event!.CloudTrailEvent).toContain('"principalId":"frank"');
  });
});
