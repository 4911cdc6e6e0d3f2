import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBrowser, type Browser } from '../kit/browser.ts';
import { jsonCall } from '../kit/client.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { eventually } from '../kit/run.ts';
import { BIN, startServer, type Credentials, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('chromium');
const BUCKET = 'ledger-2026';

describe.skipIf(missing !== undefined)(needing('the console', missing), () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let guest: Credentials;

  beforeAll(async () => {
    server = await startServer();
    guest = newUser(server, 'mallory');
    const admin = s3(server, server.credentials);
    await admin.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await nextSecond();
    await s3(server, guest)
      .send(new DeleteBucketCommand({ Bucket: BUCKET }))
      .catch(() => undefined);
    await nextSecond();
    await admin.send(new DeleteBucketCommand({ Bucket: BUCKET }));
    browser = await openBrowser();
    page = browser.page;
    await page.goto(`${server.url}/_console/`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('refuses a wrong password in words', async () => {
    await signIn(page, 'admin', 'wrong');
    await page.getByText('User name or password is wrong').waitFor();
  });

  it('shows the history after signing in, denied calls marked', async () => {
    await signIn(page, 'admin', consolePassword(server));
    const denied = page.locator('tbody tr', { hasText: 'DeleteBucket' }).filter({ hasText: 'mallory' });
    await denied.getByText('Denied').waitFor();
  });

  it('finds who deleted a bucket by pasting its name', async () => {
    await page.keyboard.press('/');
    await page.keyboard.insertText(BUCKET);
    await page.keyboard.press('Enter');
    await page.getByText('was read as').waitFor();
    expect(page.url()).toContain(`ResourceName=${BUCKET}`);
    const names = () => page.locator('[data-event-id] a').allInnerTexts();
    await expect.poll(names, { timeout: 10_000 }).toEqual(['DeleteBucket', 'DeleteBucket', 'CreateBucket']);
  });

  it('tells in a sentence what happened, and moves on with j', async () => {
    await page.locator('body').press('Escape');
    await page.evaluate('document.activeElement?.blur()');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await sentence(page, `admin deleted bucket ${BUCKET} from 127.0.0.1 with the JavaScript SDK.`);
    await page.keyboard.press('j');
    await sentence(
      page,
      `mallory tried to delete bucket ${BUCKET} from 127.0.0.1 with the JavaScript SDK; denied.`,
    );
  });

  it('keeps session and event over a reload, and gives the event an address of its own', async () => {
    await page.reload();
    await sentence(
      page,
      `mallory tried to delete bucket ${BUCKET} from 127.0.0.1 with the JavaScript SDK; denied.`,
    );
    await page.getByText('Open page').click();
    await page.waitForURL(/#\/events\/[0-9a-f-]{36}$/);
    await page.getByRole('heading', { name: 'DeleteBucket' }).waitFor();
    await page.getByText('Record (JSON)').click();
    await page.locator('.ot-json pre', { hasText: '"eventName": "DeleteBucket"' }).waitFor();
  });

  it('is one click away from everything else of the same key', async () => {
    await page.getByRole('link', { name: /Same key/ }).click();
    await page.waitForURL(new RegExp(`AccessKeyId=${guest.accessKeyId}`));
    await page.locator('tbody tr', { hasText: 'mallory' }).first().waitFor();
    expect(await page.locator('tbody tr', { hasText: 'admin' }).count()).toBe(0);
  });

  it('shows a call while it is live, without being asked again', async () => {
    await page.goto(`${server.url}/_console/#/events?live=1`);
    await page.locator('.ot-live-live').waitFor();
    await s3(server, server.credentials).send(new CreateBucketCommand({ Bucket: 'live-bucket' }));
    await page.locator('tbody tr', { hasText: 'CreateBucket' }).first().waitFor({ timeout: 5000 });
  });

  it('hands the events of a page over as a CSV file', async () => {
    await page.goto(`${server.url}/_console/#/events?EventName=DeleteBucket`);
    await page.locator('tbody [data-event-id]').nth(1).waitFor();
    await page.getByRole('button', { name: 'Download' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('This page as CSV').click(),
    ]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('DeleteBucket,s3.amazonaws.com');
  });

  it('says that there is no such event, and which permission is missing', async () => {
    await page.goto(`${server.url}/_console/#/events/00000000-0000-4000-8000-000000000000`);
    await page.getByRole('heading', { name: 'No such event' }).waitFor();
    await page.evaluate('sessionStorage.clear()');
    await page.goto(`${server.url}/_console/`);
    await page.reload();
    await page.getByRole('button', { name: 'Use an access key instead' }).click();
    await page.locator('input[name=access-key-id]').fill(guest.accessKeyId);
    await page.locator('input[name=secret-access-key]').fill(guest.secretAccessKey);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('cloudtrail:LookupEvents').first().waitFor();
  });

  it('shows everything within 360 pixels', async () => {
    const narrow = await openBrowser({ width: 360, height: 740, dark: true });
    try {
      await narrow.page.goto(`${server.url}/_console/#/events?EventName=DeleteBucket`);
      await signIn(narrow.page, 'admin', consolePassword(server));
      await narrow.page.locator('.ot-list li').first().waitFor();
      expect(await narrow.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await narrow.page.locator('.ot-list a').first().click();
      await narrow.page.locator('.ot-sentence').waitFor();
      expect(await narrow.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    } finally {
      await narrow.close();
    }
  });

  it('asks no other host, breaks no policy, and begins with at most 600 KB', async () => {
    const hosts = new Set(browser.responses.map((response) => new URL(response.url()).host));
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(browser.complaints).toEqual([]);
    const first = await openBrowser();
    try {
      await first.page.goto(`${server.url}/_console/`);
      await signIn(first.page, 'admin', consolePassword(server));
      await first.page.locator('tbody [data-event-id]').first().waitFor();
      const files = first.responses.filter((response) => response.url().includes('/_console/'));
      // Packed when it was built, not at each start.
      const large = files.filter((response) => Number(response.headers()['content-length']) > 20_000);
      expect(large.length).toBeGreaterThan(1);
      expect(large.map((response) => response.headers()['content-encoding'])).toEqual(large.map(() => 'br'));
      const sizes = await Promise.all(files.map(async (response) => gzipSync(await response.body()).length));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(600 * 1024);
    } finally {
      await first.close();
    }
  });

  it('leaves a record of the sign-ins, the refused one too', async () => {
    const { body } = await jsonCall(server, 'CloudTrail_20131101.LookupEvents', {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'ConsoleLogin' }],
    });
    const records = (body['Events'] as { CloudTrailEvent: string }[]).map(
      (event) => JSON.parse(event.CloudTrailEvent) as { responseElements: { ConsoleLogin: string } },
    );
    const outcomes = new Set(records.map((record) => record.responseElements.ConsoleLogin));
    expect(outcomes).toEqual(new Set(['Success', 'Failure']));
  });
});

async function sentence(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.locator('.ot-sentence').innerText(), { timeout: 10_000 }).toBe(text);
}

/** Records know seconds only: what is to come after has to come in a later one. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await eventually(() => Promise.resolve(Math.floor(Date.now() / 1000) > second || undefined), 3000);
}

/** A user who may do nothing. */
function newUser(server: TestServer, name: string): Credentials {
  const text = execFileSync(BIN, ['users', 'create', name, '--data', server.data, '--json'], {
    encoding: 'utf8',
  });
  const answer = JSON.parse(text) as Record<string, string>;
  return { accessKeyId: answer['accessKeyId'] ?? '', secretAccessKey: answer['secretAccessKey'] ?? '' };
}

function s3(server: TestServer, credentials: Credentials): S3Client {
  return new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials,
  });
}
