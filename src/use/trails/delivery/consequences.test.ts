import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import type { Origin } from '../../../record/event-record.ts';
import { createJointDelivery } from './deliver-together.ts';
import { runTrail } from './run-trail.ts';

let setup: TrailSetup;

const run = async (alone: boolean) => {
  setup.time.now += 300_000;
  const { id } = await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
  const deliver = alone ? {} : { deliver: createJointDelivery(setup.deps) };
  return runTrail({ ...setup.deps, ...deliver }, id, { files: true });
};
/** What CloudTrail's use of a key for a delivery leaves. */
const keyUse = (text: string, origin: Origin = 'captured') => {
  const record = JSON.parse(
    recordJson({ source: 'kms.amazonaws.com', name: 'GenerateDataKey', text }),
  ) as object;
  const own = { userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' } };
  return setup.journal.add(
    JSON.stringify({ ...record, ...own, sourceIPAddress: 'cloudtrail.amazonaws.com' }),
    { origin },
  );
};
const files = () => setup.memory.keys('/CloudTrail/').map((key) => setup.memory.text(key) ?? '');
const times = (text: string) => files().join().split(`"${text}"`).length - 1;

beforeEach(async () => {
  setup = await trailSetup({});
  await setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs' });
  await setup.call('StartLogging', { Name: 'management' });
});
afterEach(() => setup.close());

describe.each([
  ['alone', true],
  ['together', false],
] as const)('the use of a key for a delivery, of a trail that goes %s', (_, alone) => {
  it('brings about no other, and comes with the next event', async () => {
    keyUse('first use');
    await run(alone);
    keyUse('second use');
    await run(alone);
    expect(files()).toEqual([]);
    setup.journal.add(recordJson({ text: 'company' }));
    await run(alone);
    expect(files()).toHaveLength(1);
    expect([times('first use'), times('second use'), times('company')]).toEqual([1, 1, 1]);
    await run(alone);
    expect(files()).toHaveLength(1);
  });

  it('is delivered when logging ends', async () => {
    keyUse('use');
    await run(alone);
    const { eventId } = await setup.call('StopLogging', { Name: 'management' });
    setup.journal.add(recordJson({ id: eventId, name: 'StopLogging', text: 'stop' }));
    await run(alone);
    expect([times('use'), times('stop')]).toEqual([1, 1]);
  });

  it('does not keep the trail far behind the journal', async () => {
    keyUse('use');
    for (let n = 0; n < 2000; n++) setup.journal.add(recordJson({ account: '999999999999' }));
    await run(alone);
    expect(times('use')).toBe(1);
  });

  it('is not what others say of themselves', async () => {
    keyUse('use', 'ingested');
    await run(alone);
    expect(times('use')).toBe(1);
  });
});
