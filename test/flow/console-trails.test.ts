import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe } from 'vitest';

import { s3Client } from '../kit/client.ts';
import { openConsole, opening } from '../kit/console-page.ts';
import { startServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { accessibilityTests } from './trails/accessibility.ts';
import type { Console } from './trails/console.ts';
import { listTests } from './trails/list.ts';
import { organizationTests } from './trails/organization.ts';
import { trailTests } from './trails/trail.ts';
import { wizardTests } from './trails/wizard.ts';

const missing = missingTool('chromium') ?? missingTool('aws');

/** Everything about trails in the browser. */
describe.skipIf(missing !== undefined)(needing('trails in the console', missing), () => {
  const { opened, set, close } = opening<Console>();

  beforeAll(async () => {
    const server = await startServer({
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '3s',
        OPENTRAIL_QUOTA_TRAILS: '300',
      },
    });
    const { url: endpoint, credentials } = server;
    set({
      ...(await openConsole(server, 'trails', 'No trails')),
      cloudtrail: new CloudTrailClient({ endpoint, region: 'us-east-1', credentials }),
      s3: s3Client(server),
    });
  });
  afterAll(async () => {
    opened().cloudtrail.destroy();
    opened().s3.destroy();
    await close();
  });

  describe('their list', () => listTests(opened));
  describe('their wizard', () => wizardTests(opened));
  describe('the page of one', () => trailTests(opened));
  describe('an organization', () => organizationTests(opened));
  describe('the pages for everybody', () => accessibilityTests(opened));
});
