import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../../test/kit/run.ts';
import { recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { createTrailDelivery, type TrailDelivery } from './create-trail-delivery.ts';

let setup: TrailSetup;
let delivery: TrailDelivery;
/** How often the time was asked for: it shows that the trails are being looked at. */
let asked = 0;

beforeEach(async () => {
  setup = await trailSetup({});
  delivery = open();
});
afterEach(async () => {
  await delivery.stop();
  await setup.close();
});

function open(): TrailDelivery {
  return createTrailDelivery({
    ...setup.deps,
    buckets: setup.buckets,
    keys: setup.keys,
    clock: {
      now: () => {
        asked++;
        return setup.time.now;
      },
    },
    deliveryInterval: 300_000,
    digestInterval: 3_600_000,
  });
}

async function make(name: string, bucket: string): Promise<void> {
  await setup.call('CreateTrail', { Name: name, S3BucketName: bucket });
  await setup.call('StartLogging', { Name: name });
}

const bucketsWith = (text: string) =>
  [...setup.memory.objects.values()]
    .filter((object) => setup.memory.text(object.key)?.includes(text))
    .map((object) => object.bucket)
    .sort();
const until = (condition: () => boolean) => eventually(async () => (condition() ? true : undefined), 10_000);

describe('delivery', () => {
  it('waits for the interval, aligned to the clock, and delivers then', async () => {
    await make('one', 'first');
    setup.journal.add(recordJson({ text: 'first' }));
    await delivery.start();
    await until(() => bucketsWith('first').length === 1);
    setup.journal.add(recordJson({ text: 'waiting' }));
    setup.time.now = Date.parse('2026-11-21T10:04:59Z');
    const looks = asked;
    await until(() => asked > looks + 10);
    expect(bucketsWith('waiting')).toEqual([]);
    setup.time.now = Date.parse('2026-11-21T10:05:00Z');
    await until(() => bucketsWith('waiting').length === 1);
    expect(setup.memory.keys('CloudTrail/')[1]).toContain('_20261121T1005Z_');
  }, 20_000);

  it('goes on for the other trails while the bucket of one refuses, and catches up with it', async () => {
    await make('one', 'first');
    await make('two', 'second');
    setup.memory.control.refuse = (object) =>
      object.bucket === 'first' ? new AwsError('AccessDenied', 'no', { status: 403 }) : undefined;
    setup.journal.add(recordJson({ text: 'event' }));
    await delivery.start();
    await until(() => bucketsWith('event').includes('second'));
    await until(() => delivery.followers().some((follower) => follower.failing === 'AccessDenied'));
    expect(delivery.followers().map(({ name, lag, failing }) => ({ name, lag, failing }))).toEqual(
      expect.arrayContaining([
        {
          name: 'trail:arn:aws:cloudtrail:us-east-1:123456789012:trail/one',
          lag: 1,
          failing: 'AccessDenied',
        },
        {
          name: 'trail:arn:aws:cloudtrail:us-east-1:123456789012:trail/two',
          lag: 0,
          failing: undefined,
        },
      ]),
    );
    setup.memory.control.refuse = undefined;
    setup.time.now += 60_000;
    await until(() => bucketsWith('event').includes('first'));
    await until(() => delivery.followers().every((follower) => follower.failing === undefined));
  });

  it('looks at a trail at once when it is woken', async () => {
    await make('one', 'first');
    await delivery.start();
    await until(() => delivery.followers().length === 1);
    setup.journal.add(recordJson({ text: 'event' }));
    const { id } = await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
    delivery.wake(id);
    await until(() => bucketsWith('event').length === 1);
  });

  it('delivers what is pending when the server stops', async () => {
    await make('one', 'first');
    await delivery.start();
    await until(() => delivery.followers().length === 1);
    setup.journal.add(recordJson({ text: 'last' }));
    await delivery.stop();
    expect(bucketsWith('last')).toEqual(['first']);
  });

  it('goes on after a restart with what the last run had planned', async () => {
    await make('one', 'first');
    setup.memory.control.refuse = () => new AwsError('SlowDown', 'slow', { status: 503 });
    setup.journal.add(recordJson({ text: 'planned' }));
    await delivery.start();
    await until(() => delivery.followers()[0]?.failing === 'SlowDown');
    await delivery.stop();
    setup.memory.control.refuse = undefined;
    delivery = open();
    await delivery.start();
    await until(() => bucketsWith('planned').length === 1);
  });
});
