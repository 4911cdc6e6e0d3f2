import { mkdtemp, rm, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { IngestReport } from '../ingest/ingest.ts';
import { folderSource } from './folder-source.ts';
import { importFiles } from './import-files.ts';
import { importStateFile } from './import-state.ts';
import { readLogFile } from '../../base/read-log-file.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'import-'));
});
afterEach(() => rm(dir, { recursive: true }));

const log = (day: string, unique: string) =>
  `AWSLogs/123456789012/CloudTrail/us-east-1/${day.replaceAll('-', '/')}/123456789012_CloudTrail_us-east-1_${day.replaceAll('-', '')}T1200Z_${unique}.json.gz`;

async function put(path: string, content: Uint8Array | string) {
  const file = join(dir, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const gz = (...names: string[]) =>
  gzipSync(JSON.stringify({ Records: names.map((name) => ({ eventName: name })) }));

async function run({
  since,
  refuse,
}: { since?: string; refuse?: (body: string) => IngestReport['rejected'] } = {}) {
  const bodies: string[] = [];
  const report = await importFiles({
    source: await folderSource(dir),
    state: importStateFile(join(dir, '.state'), dir),
    send: async (body) => {
      const text = Buffer.from(body).toString();
      bodies.push(text);
      const rejected = refuse?.(text) ?? [];
      const received = text.split('eventName').length - 1;
      return {
        received,
        recorded: received,
        duplicates: 0,
        beforeSince: 0,
        outsideRetention: { count: 0, oldest: undefined, newest: undefined },
        rejected,
      };
    },
    progress: () => undefined,
    since,
    signal: new AbortController().signal,
  });
  const names = [...bodies.join('').matchAll(/"eventName":"(\w+)"/g)].map((match) => match[1]);
  return { report, names };
}

describe('an import', () => {
  it('reads the newest day first, passes over digests and other files, and is finished the second time', async () => {
    await put(log('2026-01-01', 'aaaaaaaaaaaaaaaa'), gz('Old'));
    await put(log('2026-01-03', 'bbbbbbbbbbbbbbbb'), gz('New'));
    await put(log('2026-01-02', 'cccccccccccccccc'), gz('Middle'));
    await put(
      'AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/01/03/123456789012_CloudTrail-Digest_us-east-1_t_us-east-1_20260103T120000Z.json.gz',
      gz('Digest'),
    );
    await put('README.txt', 'hello');
    const first = await run();
    expect(first.names).toEqual(['New', 'Middle', 'Old']);
    expect(first.report).toMatchObject({ filesDone: 3, digestFiles: 1, otherFiles: 1, recorded: 3, bad: [] });
    const second = await run();
    expect(second.names).toEqual([]);
    expect(second.report).toMatchObject({ filesSkipped: 3, recorded: 0 });
  });

  it('starts at the day that was asked for', async () => {
    await put(log('2026-01-01', 'aaaaaaaaaaaaaaaa'), gz('Old'));
    await put(log('2026-01-03', 'bbbbbbbbbbbbbbbb'), gz('New'));
    expect((await run({ since: '2026-01-02' })).names).toEqual(['New']);
  });

  it('names and skips bad files, and tries them again the next time', async () => {
    const whole = gz('Good', 'AlsoGood');
    await put(log('2026-01-03', 'bbbbbbbbbbbbbbbb'), whole);
    await put(log('2026-01-02', 'truncatedtruncat'), whole.subarray(0, whole.length - 12));
    await put(log('2026-01-02', 'nogzipnogzipnogz'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    await put('empty.json', '');
    const { report, names } = await run();
    expect(names).toEqual(['Good', 'AlsoGood']);
    const reasons = Object.fromEntries(
      report.bad.map(({ path, reason }) => [path.slice(path.lastIndexOf('/') + 1), reason]),
    );
    expect(reasons['123456789012_CloudTrail_us-east-1_20260102T1200Z_truncatedtruncat.json.gz']).toBe(
      'is a truncated gzip file',
    );
    expect(reasons['123456789012_CloudTrail_us-east-1_20260102T1200Z_nogzipnogzipnogz.json.gz']).toBe(
      'is neither gzip nor UTF-8 text',
    );
    expect(reasons['empty.json']).toBe('is empty');
    expect((await run()).report).toMatchObject({ filesSkipped: 1, bad: { length: 3 } });
  });

  it('traces a record that the server rejects to its file', async () => {
    await put(log('2026-01-03', 'bbbbbbbbbbbbbbbb'), gz('Good'));
    await put(log('2026-01-02', 'cccccccccccccccc'), gz('Broken'));
    const { report } = await run({
      refuse: (body) => [{ offset: body.indexOf('Broken'), reason: 'is not a record' }],
    });
    expect(report.bad).toEqual([
      { path: join(dir, log('2026-01-02', 'cccccccccccccccc')), reason: 'byte 26: is not a record' },
    ]);
    expect(report.filesDone).toBe(1);
  });

  it('does not expand a gzip bomb', async () => {
    await expect(readLogFile(gzipSync(Buffer.alloc(4_000_000)), 1_000_000)).rejects.toThrow(
      'expands to more than 1000000 bytes',
    );
  });
});
