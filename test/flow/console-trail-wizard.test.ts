import { gunzipSync, gzipSync } from 'node:zlib';

import {
  GetBucketPolicyCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { openBrowser, type Browser } from '../kit/browser.ts';
import { jsonCall, s3Client } from '../kit/client.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { run } from '../kit/run.ts';
import { awsEnv, startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('chromium') ?? missingTool('aws');

type Json = Readonly<Record<string, unknown>>;

/** A whole trail by the console, and the same by the commands that it shows. */
describe.skipIf(missing !== undefined)(needing('trails made in the console', missing), () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let aws: AwsCli;
  let s3: S3Client;

  beforeAll(async () => {
    server = await startServer({
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '3s' },
    });
    aws = awsCli(server);
    s3 = s3Client(server);
    browser = await openBrowser();
    page = browser.page;
    page.setDefaultTimeout(20_000);
    await page.goto(`${server.url}/_console/#/create-trail`);
    await signIn(page, 'admin', consolePassword(server));
    await page.getByRole('heading', { name: 'Name and reach' }).waitFor();
  });
  afterAll(async () => {
    s3?.destroy();
    await browser?.close();
    await server?.stop();
  });

  const look = async (name: string) => {
    const folder = process.env['OPENTRAIL_SCREENSHOTS'];
    if (folder === undefined) return;
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  };
  const next = () => page.getByRole('button', { name: 'Next' }).click();

  const startOver = async () => {
    await page.goto(`${server.url}/_console/#/create-trail`);
    await page.reload();
  };

  /** Fills the wizard in; with everything that is served here. What is not cannot be chosen, and says why. */
  const fill = async (name: string) => {
    await startOver();
    const nameField = page.getByLabel('Name', { exact: true });
    await nameField.fill(`${name}-`);
    await page.getByText('A name ends with a letter or a digit.').waitFor();
    await next();
    await nameField.fill(name);
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByRole('textbox', { name: 'Key' }).fill('Owner');
    await page.getByRole('textbox', { name: 'Value' }).fill("it's audit");
    await next();
    await page.getByText("“it's audit”: only letters, digits").waitFor();
    await page.getByRole('textbox', { name: 'Value' }).fill('the audit team');
    await next();

    await page.getByLabel('Bucket’s name').fill(`${name}-logs`);
    await page.getByLabel('Prefix (optional)').fill("of 'us'");
    await page.getByRole('radiogroup', { name: 'Log group' }).getByLabel('None').waitFor();
    const chosen = {
      kms: await chooseNew('KMS key', 'Alias of the new key', `${name}-key`),
      sns: await chooseNew('SNS topic', 'New topic’s name', `${name}-told`),
      logs: await chooseNew('Log group', 'New log group’s name', `cloudtrail/${name}`),
    };
    if (chosen.logs) await page.getByLabel('New role’s name').fill(`${name}-role`);
    await next();

    await page.getByRole('button', { name: 'Add data events' }).click();
    await page.getByRole('menuitem', { name: 'S3 objects' }).click();
    await page.getByLabel('Some', { exact: true }).click();
    await page.getByLabel('ARNs').fill('arn:aws:s3:::ledger');
    await page.getByText('“arn:aws:s3:::ledger” is no such ARN.').waitFor();
    await page.getByLabel('ARNs').fill("arn:aws:s3:::ledger/it's");
    await page.getByLabel('API activity').check();
    await next();
    await page.getByRole('heading', { name: 'Review' }).waitFor();
    return chosen;
  };

  const chooseNew = async (group: string, label: string, value: string): Promise<boolean> => {
    const choice = page.getByRole('radiogroup', { name: group }).getByLabel('New', { exact: true });
    // Whether it is served is known once it was asked.
    await page.waitForFunction('!document.body.innerText.includes("Looking for what there is")');
    await page.waitForLoadState('networkidle').catch(() => undefined);
    if (!(await choice.isEnabled())) {
      await page
        .getByText(/Not available here: Opentrail does not serve/)
        .first()
        .waitFor();
      return false;
    }
    await choice.check();
    await page.getByLabel(label).fill(value);
    return true;
  };

  /** What there is to know of a trail, but for its name. */
  const described = async (name: string): Promise<string> => {
    const { Trail } = await aws.json<{ Trail: Json }>('cloudtrail', 'get-trail', '--name', name);
    const ask = async (operation: string, input: object) =>
      (await jsonCall(server, `CloudTrail_20131101.${operation}`, input)).body;
    const { TrailARN: _arn, ...logged } = await ask('GetEventSelectors', { TrailName: name });
    const { AggregationConfigurations } = await ask('GetEventConfiguration', { TrailName: name });
    const { IsLogging } = await ask('GetTrailStatus', { Name: name });
    const { ResourceTagList } = await ask('ListTags', { ResourceIdList: [Trail['TrailARN']] });
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: `${name}-logs` }));
    const all = { Trail, logged, AggregationConfigurations, IsLogging, ResourceTagList, Policy };
    return JSON.stringify(all)
      .replaceAll(name, 'NAME')
      .replaceAll(/key\/[0-9a-f-]{36}/g, 'key/ID');
  };

  it('are made by the shown commands just as by the button', async () => {
    await fill('byhand');
    await look('wizard-review');
    const commands = await page.locator('.ot-commands pre').allInnerTexts();
    const script = commands.join(' &&\n');
    const shell = await run('sh', ['-c', script], { env: awsEnv(server) });
    expect(shell.stderr).toBe('');
    expect(shell.code).toBe(0);

    const chosen = await fill('main');
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText(/^Made: bucket main-logs, .*trail main\.$/).waitFor();
    await look('wizard-done');
    expect(await described('main')).toBe(await described('byhand'));
    const trail = JSON.parse(await described('main')) as { Trail: Json; IsLogging: boolean };
    expect(trail.IsLogging).toBe(true);
    expect(trail.Trail).toMatchObject({
      S3KeyPrefix: "of 'us'",
      IsMultiRegionTrail: true,
      LogFileValidationEnabled: true,
    });
    expect('KmsKeyId' in trail.Trail).toBe(chosen.kms);
    expect('SnsTopicARN' in trail.Trail).toBe(chosen.sns);
    expect('CloudWatchLogsRoleArn' in trail.Trail).toBe(chosen.logs);
    expect(browser.complaints).toEqual([]);
  }, 300_000);

  it('go on after a mistake that only the server sees, and make nothing twice', async () => {
    await startOver();
    await page.getByLabel('Name', { exact: true }).fill('main');
    await next();
    await page.getByLabel('Bucket’s name').fill('second-logs');
    await next();
    await next();
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText('“Make the trail main” failed').waitFor();
    await page.getByText('TrailAlreadyExistsException').waitFor();
    await page.getByText('Made so far: bucket second-logs.').waitFor();
    await look('wizard-failed');
    await page.getByRole('button', { name: 'Change the form' }).click();
    await page.getByText(/^TrailAlreadyExistsException: /).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('second');
    await next();
    await next();
    await next();
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText('Made: bucket second-logs, trail second.').waitFor();
    await aws.json('cloudtrail', 'get-trail', '--name', 'second');
  });

  it('are changed in the same form, and by nothing but what changed', async () => {
    await page.goto(`${server.url}/_console/#/edit-trail/second`);
    await page.getByLabel('Only us-east-1').check();
    await page.getByLabel('Global service events').uncheck();
    await page.getByRole('button', { name: 'Go to Review' }).click();
    const commands = await page.locator('.ot-commands pre').allInnerTexts();
    expect(commands.map((text) => text.replaceAll(/\s*\\\n\s*/g, ' '))).toEqual([
      'aws cloudtrail update-trail --name second --no-is-multi-region-trail --no-include-global-service-events --region us-east-1',
    ]);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Done.', { exact: true }).waitFor();
    const { Trail } = await aws.json<{ Trail: Json }>('cloudtrail', 'get-trail', '--name', 'second');
    expect(Trail).toMatchObject({ IsMultiRegionTrail: false, IncludeGlobalServiceEvents: false });
    await page.getByRole('link', { name: 'Show the trail' }).click();
    await page.getByRole('button', { name: 'Stop logging' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop logging' }).click();
    await page.getByText('second no longer logs.').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('To confirm, type second').fill('secon');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isEnabled()).toBe(false);
    await dialog.getByLabel('To confirm, type second').fill('second');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Trails' }).waitFor();
    await page.getByRole('row', { name: /^second/ }).waitFor({ state: 'detached' });
  });

  it('show what they delivered, and prove it or say what was forged', async () => {
    await page.goto(`${server.url}/_console/#/trails/main`);
    await page.getByText('S3 objects').first().waitFor();
    await look('trail');
    await page.getByRole('tab', { name: 'Delivered files' }).click();
    await page.getByText(/^\d+ files?, [\d.]+ [KM]?B, by the hour$/).waitFor();
    await page.getByRole('application', { name: 'Files delivered by the hour' }).waitFor();
    await look('trail-delivered');
    await page.getByRole('tab', { name: 'Digests' }).click();
    const check = page.getByRole('button', { name: 'Check again' });
    await expect
      .poll(
        async () => {
          await check.click();
          await page.waitForLoadState('networkidle');
          return page.getByText(/^The newest \d+ digests are valid\./).count();
        },
        { timeout: 30_000, interval: 1000 },
      )
      .toBe(1);
    await look('trail-digests');
    await aws.json('cloudtrail', 'stop-logging', '--name', 'main');
    const key = await forgeDigest();
    await check.click();
    const forged = page.getByRole('listitem').filter({ hasText: 'Invalid' });
    await forged.getByText('Its signature does not fit: its content was changed').waitFor();
    expect(key).toContain('CloudTrail-Digest');
    await page.getByText(/^1 of \d+ digests is invalid\./).waitFor();
    await look('trail-forged');
    expect(browser.complaints).toEqual([]);
  });

  /** One log file less in it, everything else as it was. */
  const forgeDigest = async (): Promise<string> => {
    const Bucket = 'main-logs';
    const keys: string[] = [];
    for await (const found of paginateListObjectsV2({ client: s3 }, { Bucket }))
      keys.push(...(found.Contents ?? []).flatMap(({ Key = '' }) => (Key.includes('-Digest/') ? [Key] : [])));
    const Key = keys.sort().at(-2) ?? '';
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const digest = JSON.parse(gunzipSync(await Body!.transformToByteArray()).toString()) as Json;
    const forged = JSON.stringify({ ...digest, logFiles: [] });
    await s3.send(new PutObjectCommand({ Bucket, Key, Metadata, Body: gzipSync(forged) }));
    return Key;
  };
});
