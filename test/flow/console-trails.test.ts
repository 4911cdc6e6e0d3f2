import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBrowser, type Browser } from '../kit/browser.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('chromium');
const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';

describe.skipIf(missing !== undefined)(needing('the page of trails', missing), () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let client: CloudTrailClient;

  beforeAll(async () => {
    server = await startServer({ env: { OPENTRAIL_DELIVERY_INTERVAL: '1s' } });
    client = new CloudTrailClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
    browser = await openBrowser();
    page = browser.page;
    await page.goto(`${server.url}/_console/#/trails`);
    await signIn(page, 'admin', consolePassword(server));
  });
  afterAll(async () => {
    client.destroy();
    await browser?.close();
    await server?.stop();
  });

  const look = async (name: string) => {
    const folder = process.env['OPENTRAIL_SCREENSHOTS'];
    if (folder === undefined) return;
    // Colours change over a moment.
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${folder}/${name}.png` });
  };

  it('says how to make the first one while there is none', async () => {
    await page.getByRole('heading', { name: 'No trails' }).waitFor();
    await page.getByText('aws cloudtrail start-logging --name main').waitFor();
    await look('trails-none');
  });

  it('tells of each trail whether it delivers, and what it logs', async () => {
    await client.send(
      new CreateTrailCommand({ Name: 'management', S3BucketName: BUCKET, IsMultiRegionTrail: true }),
    );
    await client.send(new StartLoggingCommand({ Name: 'management' }));
    await client.send(
      new CreateTrailCommand({ Name: 'ledger', S3BucketName: BUCKET, EnableLogFileValidation: true }),
    );
    const FieldSelectors = [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      {
        Field: 'resources.ARN',
        StartsWith: ['arn:aws:s3:::ledger/', 'arn:aws:s3:::ledger-of-a-very-long-name-2026/reports/'],
      },
      { Field: 'readOnly', Equals: ['false'] },
    ];
    const queues = Array.from({ length: 5 }, (_, n) => ({
      Name: `queue ${n}`,
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::SQS::Queue'] },
      ],
    }));
    const AdvancedEventSelectors = [{ Name: 'writes of the ledger', FieldSelectors }, ...queues];
    await client.send(new PutEventSelectorsCommand({ TrailName: 'ledger', AdvancedEventSelectors }));
    await page.getByRole('button', { name: 'Refresh' }).click();

    const ledger = page.getByRole('row', { name: /ledger/ });
    await ledger.getByText('Stopped').waitFor();
    await ledger.getByText('resources.ARN starts with arn:aws:s3:::ledger/ or').waitFor();
    await ledger.getByText('writes only').waitFor();
    expect(await ledger.getByText('“queue 4”').isVisible()).toBe(false);
    await look('trails-wide');
    await ledger.getByRole('button', { name: '2 more' }).click();
    await ledger.getByText('“queue 4”').waitFor();
    const management = page.getByRole('row', { name: /^management/ });
    await management.getByText('Logging', { exact: true }).waitFor();
    await management.getByText('Management events').waitFor();
    expect(browser.complaints).toEqual([]);
  });

  it('tells who is told of deliveries, and when nobody could be', async () => {
    await page.route('**/', async (route) => {
      const target = route.request().headers()['x-amz-target'] ?? '';
      if (!/DescribeTrails|GetTrailStatus/.test(target)) return route.fallback();
      const response = await route.fetch();
      const answer = (await response.json()) as { trailList?: object[] };
      const SnsTopicARN = `arn:aws:sns:us-east-1:${ACCOUNT}:deliveries`;
      const json = target.includes('DescribeTrails')
        ? { trailList: answer.trailList?.map((trail) => ({ ...trail, SnsTopicARN })) }
        : { ...answer, LatestNotificationError: 'AuthorizationError' };
      return route.fulfill({ response, json });
    });
    await page.getByRole('button', { name: 'Refresh' }).click();
    const ledger = page.getByRole('row', { name: /ledger/ });
    await ledger.getByText('SNS topic deliveries').waitFor();
    await ledger.getByText('AuthorizationError').waitFor();
    await look('trails-topic');
    await page.unroute('**/');
  });

  it('fits a narrow screen and the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await look('trails-dark');
    await page.setViewportSize({ width: 390, height: 844 });
    await look('trails-narrow-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await look('trails-narrow');
    const wider = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    expect(wider).toBe(false);
  });
});
