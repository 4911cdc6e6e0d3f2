import { describe, expect, it } from 'vitest';

import { ACCOUNT, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { bucketSource } from '../verify/bucket-source.ts';
import { readPublicKeys } from '../verify/public-keys.ts';
import { verifyLogs } from '../verify/verify-logs.ts';
import { runTrail } from './run-trail.ts';

/** Where the process may die around a PUT: before it, or after it and before anything of it is noted. */
type Death = 'before the PUT' | 'after the PUT';

const HOURS = 4;
const PUTS = 16;

/** Four hours, two regions, an event every quarter of an hour; the process dies at the `at`th PUT. Events are numbered `n0;`, `n1;` … */
async function live(setup: TrailSetup, { at, death }: { at: number; death: Death }): Promise<number> {
  await setup.call('CreateTrail', {
    Name: 'management',
    S3BucketName: 'logs',
    IsMultiRegionTrail: true,
    EnableLogFileValidation: true,
  });
  await setup.call('StartLogging', { Name: 'management' });
  const { id } = await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
  const put = setup.memory.port.put;
  let puts = 0;
  const deps = {
    ...setup.deps,
    buckets: {
      put: async (object: Parameters<typeof put>[0]) => {
        const dies = ++puts === at;
        if (dies && death === 'before the PUT') throw new AwsError('Death', 'before');
        await put(object);
        if (dies) throw new AwsError('Death', 'after');
      },
    },
  };
  const round = () => runTrail(deps, id, { files: true });
  await round();
  let events = 0;
  for (let quarter = 0; quarter < HOURS * 4; quarter++) {
    setup.time.now += 900_000;
    const region = quarter % 4 === 3 ? 'eu-west-1' : 'us-east-1';
    setup.journal.add(recordJson({ region, at: setup.time.now, text: `n${events++};` }));
    await round();
  }
  const { eventId } = await setup.call('StopLogging', { Name: 'management' });
  setup.journal.add(recordJson({ id: eventId, text: `n${events++};` }));
  for (let n = 0; n < 6; n++) {
    setup.time.now += 2000;
    await round();
  }
  expect(puts).toBeGreaterThanOrEqual(PUTS);
  return events;
}

describe.each<Death>(['before the PUT', 'after the PUT'])('a process that dies %s', (death) => {
  it('leaves every event in exactly one file, and a chain that is whole, whichever PUT it was', async () => {
    for (let at = 1; at <= PUTS; at++) {
      const setup = await trailSetup({});
      const events = await live(setup, { at, death });
      const files = setup.memory.keys(`AWSLogs/${ACCOUNT}/CloudTrail/`).map((key) => setup.memory.text(key));
      const text = files.join('');
      const counts = Array.from({ length: events }, (_, n) => text.split(`"n${n};"`).length - 1);
      expect({ at, counts }).toEqual({ at, counts: counts.map(() => 1) });
      const { output } = await setup.call('ListPublicKeys', { StartTime: new Date(0) });
      const report = await verifyLogs({
        source: bucketSource(setup.memory.port, { bucket: 'logs', prefix: '' }),
        keys: readPublicKeys(output),
        now: setup.time.now,
      });
      expect({ at, findings: report.findings, logs: report.logFiles }).toEqual({
        at,
        findings: [],
        logs: { valid: files.length, invalid: 0, unproven: 0 },
      });
      await setup.close();
    }
  });
});
