import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../../test/kit/run.ts';
import {
  ACCOUNT,
  errorOf,
  recordJson,
  trailSetup,
  type TrailSetup,
} from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { RolePort } from '../../../aws/ports.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { createLogDelivery, type LogDelivery } from './create-log-delivery.ts';

const group = (name: string, region = 'us-east-1', account = ACCOUNT) =>
  `arn:aws:logs:${region}:${account}:log-group:${name}:*`;
const ONE = group('one');
const TWO = group('two');
const ROLE = `arn:aws:iam::${ACCOUNT}:role/ct`;
const STREAM = `${ACCOUNT}_CloudTrail_us-east-1`;

let setup: TrailSetup;
let delivery: LogDelivery;
let dropped: number;
let verdict: ReturnType<RolePort['checkServiceRole']>;
let asked: Parameters<RolePort['checkServiceRole']>[0][];

beforeEach(async () => {
  dropped = 0;
  verdict = 'allowed';
  asked = [];
  const roles: RolePort = {
    checkServiceRole: (check) => {
      asked.push(check);
      return verdict;
    },
  };
  setup = await trailSetup({ roles });
  setup.logs.groups.add(ONE.slice(0, -2)).add(TWO.slice(0, -2));
  const sink = setup.logs.port;
  delivery = createLogDelivery({ ...setup.deps, sink, roles, onDropped: (count) => (dropped += count) });
});
afterEach(async () => {
  await delivery.stop();
  await setup.close();
});

const make = (given: object = { CloudWatchLogsLogGroupArn: ONE, CloudWatchLogsRoleArn: ROLE }) =>
  setup.call('CreateTrail', { Name: 'audit', S3BucketName: 'logs', IsMultiRegionTrail: true, ...given });
const call = async (name: string, given: object = {}) => {
  const { eventId } = await setup.call(name, { Name: 'audit', ...given });
  setup.journal.add(recordJson({ id: eventId, name }));
  return eventId;
};
const update = (groupArn: string, roleArn = groupArn === '' ? '' : ROLE) =>
  call('UpdateTrail', { CloudWatchLogsLogGroupArn: groupArn, CloudWatchLogsRoleArn: roleArn });
const happens = (text: string) => setup.journal.add(recordJson({ text, at: setup.time.now }));
const status = async () => (await setup.call('GetTrailStatus', { Name: 'audit' })).output;
const until = (condition: () => boolean | Promise<boolean>) =>
  eventually(async () => ((await condition()) ? true : undefined), 10_000);
const texts = (groupArn: string) =>
  setup.logs.messages(groupArn).map(({ message }) => {
    const { requestParameters, eventName } = JSON.parse(message) as {
      requestParameters: { text: string };
      eventName: string;
    };
    return eventName === 'RunInstances' ? requestParameters.text : eventName;
  });
const trailId = async () =>
  (await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow()).id;
const windows = () => setup.settings.selectFrom('trail_log_windows').selectAll().execute();

type Refused = readonly [code: string, given: object, message: string];

const REFUSED: readonly Refused[] = [
  [
    'InvalidCloudWatchLogsRoleArnException',
    { CloudWatchLogsLogGroupArn: ONE },
    'You must specify a role ARN as well as a log group.',
  ],
  [
    'InvalidCloudWatchLogsLogGroupArnException',
    { CloudWatchLogsRoleArn: ROLE },
    'You must specify a log group as well as a role ARN.',
  ],
  ...[
    ONE.slice(0, -2),
    group('gone'),
    group('one', 'eu-west-1'),
    group('one', 'us-east-1', '111111111111'),
    'arn:x',
  ].map(
    (arn) =>
      [
        'InvalidCloudWatchLogsLogGroupArnException',
        { CloudWatchLogsLogGroupArn: arn, CloudWatchLogsRoleArn: ROLE },
        "Check the log group ARN: CloudTrail can't validate it.",
      ] as const satisfies Refused,
  ),
  [
    'InvalidCloudWatchLogsRoleArnException',
    { CloudWatchLogsLogGroupArn: ONE, CloudWatchLogsRoleArn: 'ct' },
    'Invalid role ARN: "ct".',
  ],
];

describe('a log group', () => {
  it.each(REFUSED)('is refused with %s: %j', async (code, given, message) => {
    expect(await errorOf(make(given))).toMatchObject({ code, message });
  });

  it('needs a role that trusts CloudTrail, for this trail, and may write to the stream', async () => {
    verdict = 'untrusted';
    expect(await errorOf(make())).toMatchObject({
      code: 'InvalidCloudWatchLogsRoleArnException',
      message: 'Access denied. Check the trust relationships for your role.',
    });
    verdict = 'denied';
    expect(await errorOf(make())).toMatchObject({
      code: 'InvalidCloudWatchLogsLogGroupArnException',
      message: 'Access denied. Check the permissions for your role.',
    });
    const resource = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:one:log-stream:${STREAM}`;
    expect(asked[0]).toEqual({
      roleArn: ROLE,
      service: 'cloudtrail.amazonaws.com',
      source: { arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/audit`, accountId: ACCOUNT },
      actions: [
        { action: 'logs:CreateLogStream', resource },
        { action: 'logs:PutLogEvents', resource },
      ],
    });
  });

  it('needs a caller who may pass the role', async () => {
    const authorize = (action: string, resource: string) => {
      throw new AwsError('AccessDenied', `${action} ${resource}`);
    };
    const input = {
      Name: 'audit',
      S3BucketName: 'logs',
      CloudWatchLogsLogGroupArn: ONE,
      CloudWatchLogsRoleArn: ROLE,
    };
    expect(await errorOf(setup.call('CreateTrail', input, { authorize }))).toMatchObject({
      message: `iam:PassRole ${ROLE}`,
    });
  });
});

describe('what a trail selects', () => {
  beforeEach(async () => {
    await make();
    await call('StartLogging');
  });

  it('goes to the stream of its account, from the record of StartLogging to that of StopLogging', async () => {
    happens('first');
    await delivery.start();
    await until(() => texts(ONE).length === 2);
    expect([...setup.logs.streams.keys()]).toEqual([`${ONE.slice(0, -2)}/${STREAM}`]);
    await call('StopLogging');
    happens('too late');
    await until(async () => (await windows()).length === 0);
    expect(texts(ONE)).toEqual(['StartLogging', 'first', 'StopLogging']);
    await until(() => delivery.followers().length === 0);
    expect((await status())['LatestCloudWatchLogsDeliveryTime']).toEqual(new Date(setup.time.now));
  });

  it('goes by time in batches that PutLogEvents takes, without records of more than 256 KB', async () => {
    setup.journal.add(recordJson({ text: 'later', at: setup.time.now + 5000 }));
    setup.journal.add(recordJson({ text: 'ancient', at: setup.time.now - 30 * 86_400_000 }));
    happens('x'.repeat(270_000));
    for (let index = 0; index < 9; index++) happens(`${index}${'y'.repeat(200_000)}`);
    await delivery.start();
    await until(() => texts(ONE).length === 12);
    expect(texts(ONE).map((text) => text.slice(0, 8))).toEqual([
      'StartLog',
      'ancient',
      ...Array.from({ length: 9 }, (_, index) => `${index}yyyyyyy`),
      'later',
    ]);
    expect(setup.logs.messages(ONE).every(({ time }) => Math.abs(time - setup.time.now) <= 5000)).toBe(true);
    expect(setup.logs.control.puts).toBeGreaterThanOrEqual(2);
    expect(dropped).toBe(1);
  });

  it('waits for a group that is gone, while its place is kept and told, and comes once', async () => {
    await delivery.start();
    await until(() => texts(ONE).length === 1);
    setup.logs.control.refuse = new AwsError(
      'ResourceNotFoundException',
      'The specified log group does not exist.',
    );
    happens('waiting');
    await until(
      async () => (await status())['LatestCloudWatchLogsDeliveryError'] === 'ResourceNotFoundException',
    );
    expect(delivery.followers()).toMatchObject([{ lag: 1, failing: 'ResourceNotFoundException' }]);
    const id = await trailId();
    expect(await runTrail(setup.deps, id, { files: true })).toBe('settled');
    setup.logs.control.refuse = undefined;
    delivery.wake(id);
    await until(() => texts(ONE).length === 2);
    await until(async () => (await status())['LatestCloudWatchLogsDeliveryError'] === undefined);
    expect(texts(ONE)).toEqual(['StartLogging', 'waiting']);
  });

  it('is written once where a crash came between writing and noting', async () => {
    happens('once');
    const put = setup.logs.port.put;
    const dying = {
      ...setup.logs.port,
      put: async (batch: Parameters<typeof put>[0]) => {
        await put(batch);
        throw new AwsError('Death', 'after the batch');
      },
    };
    const first = createLogDelivery({ ...setup.deps, sink: dying, roles: undefined });
    await first.start();
    await until(async () => (await status())['LatestCloudWatchLogsDeliveryError'] === 'Death');
    await first.stop();
    happens('after');
    await delivery.start();
    await until(() => texts(ONE).includes('after'));
    expect(texts(ONE)).toEqual(['StartLogging', 'once', 'after']);
  });

  it('stops when the role may no more', async () => {
    await delivery.start();
    await until(() => texts(ONE).length === 1);
    verdict = 'denied';
    happens('not yet');
    await until(async () => (await status())['LatestCloudWatchLogsDeliveryError'] === 'AccessDenied');
    expect(texts(ONE)).toEqual(['StartLogging']);
  });

  it('goes to another group from UpdateTrail on, of which the former hears last', async () => {
    await update(TWO);
    happens('new');
    await delivery.start();
    await until(() => texts(TWO).length === 2 && texts(ONE).length === 2);
    expect(texts(ONE)).toEqual(['StartLogging', 'UpdateTrail']);
    expect(texts(TWO)).toEqual(['UpdateTrail', 'new']);
    await update('');
    happens('to nobody');
    await until(async () => (await windows()).length === 0);
    expect(texts(TWO)).toEqual(['UpdateTrail', 'new', 'UpdateTrail']);
    const { output } = await setup.call('GetTrail', { Name: 'audit' });
    expect(output['Trail']).not.toHaveProperty('CloudWatchLogsLogGroupArn');
  });

  it('goes to the other group whole where the former refuses', async () => {
    setup.logs.groups.delete(ONE.slice(0, -2));
    await delivery.start();
    await until(async () => (await status())['LatestCloudWatchLogsDeliveryError'] !== undefined);
    await update(TWO);
    delivery.wake(await trailId());
    await until(() => texts(TWO).includes('UpdateTrail'));
    expect(texts(TWO)).toEqual(['StartLogging', 'UpdateTrail']);
  });

  it('keeps former selectors, and a deleted trail, until the group has all', async () => {
    setup.logs.control.refuse = new AwsError('ThrottlingException', 'slow');
    await setup.call('PutEventSelectors', {
      TrailName: 'audit',
      EventSelectors: [{ ReadWriteType: 'ReadOnly' }],
    });
    happens('a write that nobody wants');
    const id = await trailId();
    await runTrail(setup.deps, id, { files: true });
    await call('DeleteTrail');
    for (let round = 0; round < 4; round++) {
      setup.time.now += 3_600_000;
      await runTrail(setup.deps, id, { files: true });
    }
    setup.logs.control.refuse = undefined;
    await delivery.start();
    await until(async () => (await windows()).length === 0);
    expect(texts(ONE)).toEqual(['StartLogging']);
    await runTrail(setup.deps, id, { files: true });
    expect(await setup.settings.selectFrom('trails').selectAll().execute()).toEqual([]);
  });
});
