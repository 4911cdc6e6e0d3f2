import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe } from 'vitest';

import { openBrowser } from '../kit/browser.ts';
import { s3Client } from '../kit/client.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { startServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { accessibilityTests } from './trails/accessibility.ts';
import type { Console } from './trails/console.ts';
import { listTests } from './trails/list.ts';
import { organizationTests } from './trails/organization.ts';
import { trailTests } from './trails/trail.ts';
import { wizardTests } from './trails/wizard.ts';

const missing = missingTool('chromium') ?? missingTool('aws');

/** Everything about trails in the browser, on one server: starting either takes longer than most of what is looked at. */
describe.skipIf(missing !== undefined)(needing('trails in the console', missing), () => {
  let opened: Console | undefined;

  beforeAll(async () => {
    const server = await startServer({
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '3s',
        OPENTRAIL_QUOTA_TRAILS: '300',
      },
    });
    const browser = await openBrowser();
    const { page } = browser;
    page.setDefaultTimeout(20_000);
    const { url: endpoint, credentials } = server;
    opened = {
      server,
      browser,
      page,
      cloudtrail: new CloudTrailClient({ endpoint, region: 'us-east-1', credentials }),
      s3: s3Client(server),
      open: async (hash) => {
        await page.goto(`${endpoint}/_console/#/${hash}`);
        await page.reload();
      },
      look: async (name) => {
        const folder = process.env['OPENTRAIL_SCREENSHOTS'];
        if (folder === undefined) return;
        await page.setViewportSize({ width: 390, height: 844 });
        await page.emulateMedia({ colorScheme: 'dark' });
        // Colours change over a moment.
        await page.waitForTimeout(700);
        await page.screenshot({ path: `${folder}/${name}-narrow.png`, fullPage: true });
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.emulateMedia({ colorScheme: 'light' });
        await page.waitForTimeout(700);
        await page.screenshot({ path: `${folder}/${name}-wide.png`, fullPage: true });
      },
    };
    await page.goto(`${endpoint}/_console/#/trails`);
    await signIn(page, 'admin', consolePassword(server));
  });
  afterAll(async () => {
    opened?.cloudtrail.destroy();
    opened?.s3.destroy();
    await opened?.browser.close();
    await opened?.server.stop();
  });

  const console = (): Console => {
    if (opened === undefined) throw new TypeError('the console was not opened');
    return opened;
  };
  describe('their list', () => listTests(console));
  describe('their wizard', () => wizardTests(console));
  describe('the page of one', () => trailTests(console));
  describe('an organization', () => organizationTests(console));
  describe('the pages for everybody', () => accessibilityTests(console));
});
