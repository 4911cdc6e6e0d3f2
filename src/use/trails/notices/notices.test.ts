import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { eventually } from '../../../../test/kit/run.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { TopicPort } from '../../../aws/ports.ts';
import { createLogger } from '../../../base/log.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { createNoticeSender, type NoticeSender } from './send-notices.ts';

const ARN = 'arn:aws:sns:us-east-1:123456789012:deliveries';

/** For which trail CloudTrail publishes. */
const sourceOf = (name: string) => ({
  service: 'cloudtrail.amazonaws.com',
  arn: `arn:aws:cloudtrail:us-east-1:123456789012:trail/${name}`,
  accountId: '123456789012',
});

/** Topics that refuse, or hang, on demand. */
function fakeTopics() {
  const sent: { topicArn: string; message: string }[] = [];
  const control: { refuse: string | undefined; hangs: ReadonlySet<string> } = {
    refuse: undefined,
    hangs: new Set(),
  };
  const port: TopicPort = {
    publish: async (notice) => {
      if (control.hangs.has(notice.topicArn)) await new Promise(() => undefined);
      if (control.refuse !== undefined) throw new AwsError(control.refuse, 'no', { status: 403 });
      sent.push(notice);
    },
    checkPublish: async ({ topicArn }) => {
      if (topicArn.endsWith(':gone')) throw new AwsError('NotFound', 'Topic does not exist', { status: 404 });
      if (topicArn.endsWith(':down'))
        throw new AwsError('ServiceUnavailable', 'ECONNREFUSED', { status: 503 });
    },
  };
  return { sent, control, port };
}

let topics: ReturnType<typeof fakeTopics>;
let setup: TrailSetup;
let sender: NoticeSender;
beforeEach(async () => {
  topics = fakeTopics();
  setup = await trailSetup({ topics: topics.port, clock: { now: Date.now } });
  const { settings, clock } = setup;
  sender = createNoticeSender({ settings, topics: topics.port, clock, log: createLogger('silent') });
});
afterEach(async () => {
  await sender.stop();
  await setup.close();
});

const make = (name: string, given: Record<string, unknown> = {}) =>
  setup.call('CreateTrail', { Name: name, S3BucketName: 'logs', SnsTopicName: 'deliveries', ...given });
const status = async (name: string) => (await setup.call('GetTrailStatus', { Name: name })).output;
/** One more file of the trail; its key. */
async function deliver(name: string): Promise<string> {
  const before = new Set(setup.memory.objects.keys());
  setup.journal.add(recordJson({}));
  const trail = await setup.settings
    .selectFrom('trails')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  expect(await runTrail(setup.deps, trail.id, { files: true })).toBe('settled');
  const made = [...setup.memory.objects.keys()].find((key) => !before.has(key)) ?? '';
  sender.wake();
  return made.slice('logs/'.length);
}
const announced = () =>
  topics.sent.map(({ message }) => message).filter((message) => message.startsWith('{'));

describe('a trail with a topic', () => {
  it('tries the topic when it is made, answers its name and ARN, and loses it again', async () => {
    const { output } = await make('one');
    expect(output).toMatchObject({ SnsTopicName: 'deliveries', SnsTopicARN: ARN });
    expect(topics.sent).toEqual([
      { topicArn: ARN, message: 'CloudTrail validation message.', source: sourceOf('one') },
    ]);
    const other = 'arn:aws:sns:eu-west-1:210987654321:others';
    const changed = await setup.call('UpdateTrail', { Name: 'one', SnsTopicName: other });
    expect(changed.output).toMatchObject({ SnsTopicName: other, SnsTopicARN: other });
    const { output: without } = await setup.call('UpdateTrail', { Name: 'one', SnsTopicName: '' });
    expect(without).not.toHaveProperty('SnsTopicName');
    expect(without).not.toHaveProperty('SnsTopicARN');
  });

  it.each([
    ['InvalidSnsTopicNameException', 'x'.repeat(257)],
    ['InvalidSnsTopicNameException', 'with space'],
    ['InvalidSnsTopicNameException', 'queue.fifo'],
    ['InvalidSnsTopicNameException', 'arn:aws:sqs:us-east-1:123456789012:queue'],
    ['InsufficientSnsTopicPolicyException', 'gone'],
    ['ServiceUnavailable', 'down'],
  ])('is refused with %s for %s', async (code, SnsTopicName) => {
    expect(await errorOf(make('one', { SnsTopicName }))).toMatchObject({ code });
    expect((await setup.call('ListTrails', {})).output).toEqual({ Trails: [] });
  });

  it('announces each delivery once, in order, with AWS’s message', async () => {
    sender.start();
    await make('one');
    await setup.call('StartLogging', { Name: 'one' });
    const keys = [await deliver('one'), await deliver('one')];
    await eventually(async () => announced().length === 2 || undefined);
    expect(announced()).toEqual(keys.map((key) => JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: [key] })));
    const told = await status('one');
    expect(told['LatestNotificationTime']).toBeInstanceOf(Date);
    expect(told['LatestNotificationAttemptSucceeded']).toMatch(/^20\d\d-/);
    expect(told).not.toHaveProperty('LatestNotificationError');
  });

  it('says why it could not, tries again, and loses none, over a restart either', async () => {
    await make('one');
    await setup.call('StartLogging', { Name: 'one' });
    topics.control.refuse = 'AuthorizationError';
    sender.start();
    const keys = [await deliver('one'), await deliver('one')];
    await eventually(async () =>
      (await status('one'))['LatestNotificationError'] === 'AuthorizationError' ? true : undefined,
    );
    await sender.stop();
    topics.control.refuse = undefined;
    const { settings, clock } = setup;
    sender = createNoticeSender({ settings, topics: topics.port, clock, log: createLogger('silent') });
    sender.start();
    await eventually(async () => announced().length === 2 || undefined);
    expect(
      announced().map((message) => (JSON.parse(message) as { s3ObjectKey: string[] }).s3ObjectKey),
    ).toEqual(keys.map((key) => [key]));
    expect(await status('one')).not.toHaveProperty('LatestNotificationError');
  });

  it('is not held up by one whose topic hangs', async () => {
    sender.start();
    await make('slow', { SnsTopicName: 'slow' });
    await make('quick');
    for (const Name of ['slow', 'quick']) await setup.call('StartLogging', { Name });
    topics.control.hangs = new Set([ARN.replace('deliveries', 'slow')]);
    await deliver('slow');
    await deliver('quick');
    await eventually(async () => announced().length === 1 || undefined);
    // The files of the slow one are there all the same.
    expect((await status('slow'))['LatestDeliveryTime']).toBeInstanceOf(Date);
    expect(await status('slow')).not.toHaveProperty('LatestNotificationTime');
  }, 15_000);
});

describe('another topic', () => {
  it('hears of what the former one did not, and none of nothing', async () => {
    await make('one');
    await setup.call('StartLogging', { Name: 'one' });
    topics.control.refuse = 'NotFound';
    sender.start();
    const key = await deliver('one');
    await eventually(async () =>
      (await status('one'))['LatestNotificationError'] === 'NotFound' ? true : undefined,
    );
    topics.control.refuse = undefined;
    await setup.call('UpdateTrail', { Name: 'one', SnsTopicName: 'others' });
    expect(await status('one')).not.toHaveProperty('LatestNotificationError');
    await eventually(async () => announced().length === 1 || undefined);
    expect(topics.sent.at(-1)).toEqual({
      topicArn: ARN.replace('deliveries', 'others'),
      message: JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: [key] }),
      source: sourceOf('one'),
    });
    topics.control.refuse = 'NotFound';
    await deliver('one');
    await setup.call('UpdateTrail', { Name: 'one', SnsTopicName: '' });
    expect(await setup.settings.selectFrom('trail_notices').selectAll().execute()).toEqual([]);
  }, 15_000);
});
