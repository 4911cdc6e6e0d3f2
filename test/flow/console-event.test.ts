import { execFileSync } from 'node:child_process';

import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBrowser, type Browser } from '../kit/browser.ts';
import { jsonCall } from '../kit/client.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { BIN, startServer, type Credentials, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('chromium');
const ROLE = 'arn:aws:iam::210987654321:role/OpentrailAccountAccess';

describe.skipIf(missing !== undefined)(needing('an event in the console', missing), () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let session: Credentials;

  beforeAll(async () => {
    server = await startServer();
    const nora = newAdmin(server, 'nora');
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] };
    await new IAMClient(clientOptions(server, nora)).send(
      new PutUserPolicyCommand({
        UserName: 'nora',
        PolicyName: 'no-s3',
        PolicyDocument: JSON.stringify(policy),
      }),
    );
    const { Credentials: given } = await new STSClient(clientOptions(server, nora)).send(
      new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'fix' }),
    );
    session = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const s3 = new S3Client({ ...clientOptions(server, session), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'orders' })).catch(() => undefined);
    await s3.send(new DeleteBucketCommand({ Bucket: 'orders' })).catch(() => undefined);
    browser = await openBrowser();
    page = browser.page;
    await page.goto(`${server.url}/_console/`);
    await signIn(page, 'admin', consolePassword(server));
    await page.locator('#ot-top').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('leads from a role session back to the person who made the key behind it', async () => {
    await open(server, page, 'DeleteBucket');
    const chain = page.getByRole('region', { name: 'Where the key came from' });
    await expect
      .poll(() => chain.getByRole('listitem').getByRole('link').allInnerTexts(), { timeout: 10_000 })
      .toEqual(['AssumeRole', 'CreateAccessKey']);
    await chain.getByText('nora assumed role OpentrailAccountAccess').waitFor();
    await chain
      .getByText(`Issuer not seen: no call in the history made the key ${server.credentials.accessKeyId}`)
      .waitFor();
  });

  it('shows what the session did besides, in order, with this event among it', async () => {
    const part = page.getByRole('region', { name: 'Before and after in this session' });
    const names = async () =>
      (await part.getByRole('listitem').allInnerTexts()).map((text) => text.split(/\s/)[0]);
    await expect.poll(names, { timeout: 10_000 }).toEqual(expect.arrayContaining(['CreateBucket']));
    expect(await part.locator('[aria-current=true]').innerText()).toContain('DeleteBucket');
    await page
      .getByRole('region', { name: 'Same request' })
      .getByText('This is the only record of its request.')
      .waitFor();
  });

  it('goes on to everything about a resource, by keyboard too', async () => {
    await page.getByRole('link', { name: 'Events about orders', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/events\?ResourceName=orders/);
    const names = () => page.locator('[data-event-id] a').allInnerTexts();
    await expect
      .poll(async () => (await names()).toSorted(), { timeout: 10_000 })
      .toEqual(['CreateBucket', 'DeleteBucket']);
  });

  it('asks nothing about related events beside a list until they are opened', async () => {
    await page.locator('[data-event-id] a').first().click();
    await page.locator('.ot-sentence').waitFor();
    expect(await page.getByRole('region', { name: 'Same request' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Related events' }).press('Enter');
    await page.getByRole('region', { name: 'Same request' }).waitFor();
  });

  it('says what was redacted, and reads a policy that is written as text', async () => {
    await open(server, page, 'AssumeRole');
    await page.getByText('responseElements.credentials.sessionToken').waitFor();
    await page.getByText('The secret access key is never recorded').waitFor();
    await open(server, page, 'PutUserPolicy');
    await page.getByText('written as JSON text').waitFor();
    await page.getByText('s3:*', { exact: true }).waitFor();
    await page.getByText('Nothing was redacted, cut or omitted.').waitFor();
  });

  it('tells an unknown event from a text that is no event ID', async () => {
    await page.goto(`${server.url}/_console/#/events/00000000-0000-4000-8000-000000000000`);
    await page.getByRole('heading', { name: 'No such event' }).waitFor();
    await page.getByText('older than what is kept').waitFor();
    await page.goto(`${server.url}/_console/#/events/nonsense`);
    await page.getByText('is no event ID').waitFor();
    expect(browser.complaints).toEqual([]);
  });
});

/** The page of the newest event of that name. */
async function open(server: TestServer, page: Page, name: string): Promise<void> {
  const { body } = await jsonCall(server, 'CloudTrail_20131101.LookupEvents', {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }],
    Scope: 'all',
  });
  const [event] = body['Events'] as { readonly EventId: string }[];
  await page.goto(`${server.url}/_console/#/events/${event?.EventId}`);
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

function newAdmin(server: TestServer, name: string): Credentials {
  const args = ['users', 'create', name, '--data', server.data, '--json', '--policy', 'admin'];
  const answer = JSON.parse(execFileSync(BIN, args, { encoding: 'utf8' })) as Record<string, string>;
  return { accessKeyId: answer['accessKeyId'] ?? '', secretAccessKey: answer['secretAccessKey'] ?? '' };
}

function clientOptions(server: TestServer, credentials: Credentials) {
  return { endpoint: server.url, region: 'us-east-1', maxAttempts: 1, credentials };
}
