import { describe, expect, it } from 'vitest';

import { listTrails, trailStatus } from './trails.ts';

describe('trails', () => {
  it('are listed with where they deliver', async () => {
    const trailList = [
      {
        Name: 't',
        TrailARN: 'arn',
        S3BucketName: 'logs',
        S3KeyPrefix: 'a',
        HomeRegion: 'us-east-1',
        IsMultiRegionTrail: true,
      },
    ];
    const [trail] = await listTrails({ cloudtrail: () => Promise.resolve({ trailList }) });
    expect(trail).toEqual({
      name: 't',
      arn: 'arn',
      bucket: 'logs/a',
      topic: undefined,
      homeRegion: 'us-east-1',
      multiRegion: true,
      validated: false,
    });
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
