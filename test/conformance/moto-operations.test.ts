import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { boto3 } from '../kit/boto3.ts';
import { lookupAll } from '../kit/client.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';
import {
  countByService,
  type Difference,
  differences,
  expectedName,
  type Note,
  type Seen,
} from './moto-operations/compare.ts';

const missing = missingTool('boto3', 'moto_server');
const SCRIPTS = ['calls', 'identity', 'compute', 'storage', 'messaging'];
const OWNER = { accessKeyId: 'AKIAFOREIGNKEY000001', secretAccessKey: 'not known to Opentrail' };

const scriptOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`moto-operations/${name}.py`, import.meta.url)), 'utf8');

describe.skipIf(missing !== undefined)(needing('five hundred calls of a cloud', missing), () => {
  let server: TestServer;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let seen: readonly Seen[];
  let found: readonly Difference[];
  const of = (kind: Difference['kind']) =>
    found.filter((one) => one.kind === kind).map(({ call, what }) => `${call}: ${what}`);

  beforeAll(async () => {
    moto = await startMoto();
    server = await startServer({
      args: ['--upstream', moto.url],
      env: { OPENTRAIL_DATA_EVENTS: 'all', OPENTRAIL_UPSTREAM_LOGS: moto.url },
    });
    const script = [...SCRIPTS.map(scriptOf), 'finish()'].join('\n\n');
    const notes = await boto3<Note[]>(server, script, { credentials: OWNER });
    const records = await eventually(async () => {
      const events = await lookupAll(server, { Scope: 'all', EventCategory: 'all' });
      const all = events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Seen['record']);
      const byCall = new Map(all.map((record) => [/call\/(\d+)/.exec(record?.userAgent ?? '')?.[1], record]));
      return byCall.size >= notes.length ? byCall : undefined;
    });
    seen = notes.map((note) => ({ note, record: records.get(String(note.call)) }));
    found = differences(seen);
  });
  afterAll(async () => {
    await server.stop();
    await moto.stop();
  });

  it('are three hundred different operations of more than twenty-five services that went well', () => {
    const counts = countByService(seen);
    const well = counts.reduce((sum, { well: one }) => sum + one, 0);
    const rows = counts.map(
      ({ service, operations, well: one }) => `${service} ${operations} (${one} went well)`,
    );
    console.info(`${well} operations of ${counts.length} services\n${rows.join(', ')}`);
    expect(well).toBeGreaterThanOrEqual(300);
    expect(counts.filter(({ well: one }) => one > 0).length).toBeGreaterThanOrEqual(25);
  });

  it('each left the client and were answered in a way that it understood', () => {
    expect(seen.filter(({ note }) => note.status === 0).map(({ note }) => note)).toEqual([]);
  });

  it('are each recorded under their source and name', () => {
    expect(seen.filter(({ record }) => record === undefined).map(({ note }) => note)).toEqual([]);
    const named = seen.map(({ record }) => `${record?.eventSource} ${record?.eventName}`);
    expect(named).toEqual(seen.map(({ note }) => expectedName(note)));
  });

  it('have parameters wherever they were given some, with every value that is not hidden on purpose', () => {
    expect(of('parameters')).toEqual([]);
  });

  it('have response elements with every value of the answer where they wrote, and none where they read', () => {
    expect(of('elements')).toEqual([]);
  });

  it('have the error that the client saw', () => {
    expect(of('error')).toEqual([]);
  });

  it('show nothing that was to stay unseen', () => {
    const shown = seen.filter(({ record }) => /unseen/i.test(JSON.stringify({ ...record, userAgent: '' })));
    expect(shown.map(({ note }) => `${note.service} ${note.operation}`)).toEqual([]);
  });
});
