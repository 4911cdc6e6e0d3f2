import { describe, expect, it } from 'vitest';

import { listTrails, readOnlyReason, trailStatus } from './trails.ts';

describe('trails', () => {
  it('are listed with where they deliver', async () => {
    const trailList = [
      {
        Name: 't',
        TrailARN: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t',
        S3BucketName: 'logs',
        S3KeyPrefix: 'a',
        HomeRegion: 'us-east-1',
        IsMultiRegionTrail: true,
        RecursiveLogging: false,
      },
    ];
    const [trail] = await listTrails({ cloudtrail: () => Promise.resolve({ trailList }) });
    expect(trail).toMatchObject({
      name: 't',
      accountId: '123456789012',
      bucket: 'logs',
      prefix: 'a',
      topic: undefined,
      homeRegion: 'us-east-1',
      multiRegion: true,
      globalEvents: true,
      validated: false,
      recursive: false,
    });
  });

  it('can be changed at home and by their owner only', () => {
    const trail = { accountId: '111111111111', homeRegion: 'us-east-1', organization: true };
    const here = { accountId: '111111111111', region: 'us-east-1' };
    expect(readOnlyReason(trail, here)).toBeUndefined();
    expect(readOnlyReason(trail, { ...here, region: 'eu-west-1' })).toContain('us-east-1');
    expect(readOnlyReason(trail, { ...here, accountId: '222222222222' })).toContain('111111111111');
  });

  it('say what keeps them from delivering', async () => {
    const api = {
      cloudtrail: () =>
        Promise.resolve({ IsLogging: true, LatestDeliveryError: 'AccessDenied', LatestDeliveryTime: 5.5 }),
    };
    expect(await trailStatus(api, 'arn')).toMatchObject({
      logging: true,
      deliveryError: 'AccessDenied',
      lastDelivery: 5500,
      digestError: undefined,
    });
  });
});
