import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { runTrail } from './run-trail.ts';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
  await setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs' });
  await setup.call('StartLogging', { Name: 'management' });
});
afterEach(() => setup.close());

async function run(seconds: number) {
  setup.time.now += seconds * 1000;
  const trail = await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
  return runTrail(setup.deps, trail.id, { files: true });
}

const delivered = () =>
  setup.memory.keys(`AWSLogs/${ACCOUNT}/CloudTrail/`).map((key) => setup.memory.text(key));

describe('selectors', () => {
  const put = (ReadWriteType: string) =>
    setup.call('PutEventSelectors', { TrailName: 'management', EventSelectors: [{ ReadWriteType }] });
  const add = (text: string) => setup.journal.add(recordJson({ text }));

  it('hold for what is recorded after them, and those before for what was recorded before', async () => {
    add('a write, while all is logged');
    await put('ReadOnly');
    add('a write, while only reads are');
    await put('WriteOnly');
    add('a write, while only writes are');
    await run(300);
    const texts = delivered().join('');
    expect(texts).toContain('a write, while all is logged');
    expect(texts).not.toContain('while only reads are');
    expect(texts).toContain('while only writes are');
    expect(await setup.settings.selectFrom('trail_former_selectors').selectAll().execute()).toEqual([]);
  });

  it('that are put while a delivery fails do not change what it delivers', async () => {
    add('planned');
    setup.memory.control.refuse = () => new AwsError('SlowDown', 'SlowDown', { status: 503 });
    expect(await run(300)).toBe('failed');
    await put('ReadOnly');
    add('not selected any more');
    setup.memory.control.refuse = undefined;
    await run(300);
    expect(delivered().join('')).toContain('planned');
    expect(delivered().join('')).not.toContain('not selected');
  });
});
