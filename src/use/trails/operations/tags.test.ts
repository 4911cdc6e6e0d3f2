import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
});
afterEach(() => setup.close());

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/management';
const make = (given: Record<string, unknown> = {}) =>
  setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs', ...given });

describe('tags', () => {
  it('are added, overwritten, listed and removed', async () => {
    await make({ TagsList: [{ Key: 'team', Value: 'sec' }] });
    await setup.call('AddTags', { ResourceId: ARN, TagsList: [{ Key: 'team', Value: 'ops' }, { Key: 'b' }] });
    const listed = await setup.call('ListTags', { ResourceIdList: [ARN] });
    expect(listed.output['ResourceTagList']).toEqual([
      {
        ResourceId: ARN,
        TagsList: [
          { Key: 'b', Value: '' },
          { Key: 'team', Value: 'ops' },
        ],
      },
    ]);
    await setup.call('RemoveTags', { ResourceId: ARN, TagsList: [{ Key: 'b' }] });
    const after = await setup.call('ListTags', { ResourceIdList: [ARN] });
    expect(JSON.stringify(after.output)).not.toContain('"b"');
  });

  it('are changed at home only, and shown elsewhere', async () => {
    await make({ IsMultiRegionTrail: true, TagsList: [{ Key: 'team', Value: 'sec' }] });
    const there = { region: 'eu-west-1' };
    for (const name of ['AddTags', 'RemoveTags']) {
      const refused = setup.call(name, { ResourceId: ARN, TagsList: [{ Key: 'team' }] }, there);
      expect([name, (await errorOf(refused))?.code]).toEqual([name, 'ResourceNotFoundException']);
    }
    const { output } = await setup.call('ListTags', { ResourceIdList: [ARN] }, there);
    expect(output['ResourceTagList']).toEqual([
      { ResourceId: ARN, TagsList: [{ Key: 'team', Value: 'sec' }] },
    ]);
  });

  it.each([
    ['InvalidTagParameterException', undefined],
    ['InvalidTagParameterException', [{ Key: 'aws:x' }]],
    ['InvalidTagParameterException', [{ Key: 'AWS:x' }]],
    ['InvalidTagParameterException', [{ Key: 'x'.repeat(129) }]],
    ['InvalidTagParameterException', [{ Key: 'x', Value: 'y'.repeat(257) }]],
    ['InvalidTagParameterException', [{ Key: 'x' }, { Key: 'x', Value: 'y' }]],
    ['InvalidTagParameterException', [{ Key: 'x!' }]],
    ['TagsLimitExceededException', Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}` }))],
  ])('are refused with %s: %#', async (code, TagsList) => {
    await make();
    expect((await errorOf(setup.call('AddTags', { ResourceId: ARN, TagsList })))?.code).toBe(code);
    const { output } = await setup.call('ListTags', { ResourceIdList: [ARN] });
    expect(output['ResourceTagList']).toEqual([{ ResourceId: ARN, TagsList: [] }]);
  });

  it('are listed of twenty trails at most, on one page', async () => {
    await make();
    const list = (input: Record<string, unknown>) => errorOf(setup.call('ListTags', input));
    expect(await list({ ResourceIdList: Array.from({ length: 20 }, () => ARN) })).toBeUndefined();
    expect((await list({ ResourceIdList: Array.from({ length: 21 }, () => ARN) }))?.code).toBe(
      'InvalidParameterException',
    );
    expect((await list({ ResourceIdList: [ARN], NextToken: 'x' }))?.code).toBe('InvalidTokenException');
  });

  it('end at fifty', async () => {
    await make();
    const tags = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ Key: `k${from + n}` }));
    await setup.call('AddTags', { ResourceId: ARN, TagsList: tags(0, 50) });
    expect(await errorOf(setup.call('AddTags', { ResourceId: ARN, TagsList: tags(50, 1) }))).toMatchObject({
      code: 'TagsLimitExceededException',
    });
    expect(JSON.stringify((await setup.call('ListTags', { ResourceIdList: [ARN] })).output)).not.toContain(
      'k50',
    );
  });

  it.each([
    ['management', 'CloudTrailARNInvalidException'],
    ['arn:aws:s3:::bucket', 'ResourceTypeNotSupportedException'],
    ['arn:aws:cloudtrail:us-east-1:123456789012:trail/unknown', 'ResourceNotFoundException'],
    ['arn:aws:cloudtrail:us-east-1:123456789012:channel/abc', 'ResourceNotFoundException'],
  ])('of %s are refused with %s', async (id, code) => {
    expect(await errorOf(setup.call('ListTags', { ResourceIdList: [id] }))).toMatchObject({ code });
  });
});
