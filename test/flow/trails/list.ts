import {
  CreateTrailCommand,
  DeleteTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';

import { trailBucketPolicy } from '../../kit/client.ts';
import { ACCOUNT, type Opened } from './console.ts';

const BUCKET = 'audit-logs';
const MANY = 200;

/** The list of trails: none, a few, hundreds. None is left behind. */
export function listTests(opened: Opened): void {
  it('says how to make the first one while there is none', async () => {
    const { page, look } = opened();
    await page.getByRole('heading', { name: 'No trails' }).waitFor();
    await page.getByText('aws cloudtrail start-logging --name main').waitFor();
    await look('trails-none');
  });

  it('tells of each trail whether it delivers, and what it logs', async () => {
    const { page, look, browser, s3, cloudtrail: client } = opened();
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
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
    const { page, look } = opened();
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
    // What is under way is let end: an answer to a page that has gone is an error that no test expects.
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('finds one among hundreds, and asks of those only that are seen', async () => {
    const { page, open, look, browser, cloudtrail } = opened();
    const names = Array.from({ length: MANY }, (_, n) => `many-${n}`);
    await Promise.all(
      names.map((Name) => cloudtrail.send(new CreateTrailCommand({ Name, S3BucketName: BUCKET }))),
    );
    const asked = new Set<string>();
    page.on('request', (request) => {
      const target = request.headers()['x-amz-target'] ?? '';
      if (target.endsWith('GetTrailStatus')) asked.add(request.postData() ?? '');
    });
    await open('trails');
    await page.getByRole('heading', { name: `Trails (${MANY + 2})` }).waitFor();
    const rows = page.getByRole('row', { name: /^(many|ledger|management)/ });
    await rows.nth(24).getByText('Stopped').waitFor();
    expect(await rows.count()).toBe(25);
    expect(asked.size).toBe(25);
    await look('trails-many');

    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'many-23', exact: true }).waitFor();
    await page.getByLabel('Find trails').fill('MANY-19');
    await page.getByRole('heading', { name: `Trails (11/${MANY + 2})` }).waitFor();
    expect(await rows.count()).toBe(11);
    await page.getByLabel('Find trails').fill('nothing like that');
    await page.getByRole('heading', { name: 'No trail matches “nothing like that”' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();

    await page.getByRole('columnheader', { name: 'State' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'State' }).getByRole('button').click();
    await expect.poll(() => rows.first().innerText(), { timeout: 20_000 }).toContain('management');
    expect(page.url()).toContain('#/trails?sort=-state');
    await page.reload();
    await expect.poll(() => rows.first().innerText(), { timeout: 20_000 }).toContain('management');
    const gone = [...names, 'ledger', 'management'];
    await Promise.all(gone.map((Name) => cloudtrail.send(new DeleteTrailCommand({ Name }))));
    expect(browser.complaints).toEqual([]);
  });
}
