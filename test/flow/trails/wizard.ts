import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';

import { jsonCall } from '../../kit/client.ts';
import { run } from '../../kit/run.ts';
import { awsEnv } from '../../kit/server.ts';
import { ACCOUNT, type Opened } from './console.ts';
import { makeShared } from './existing.ts';
import { choose, chooseExisting, chooseNew, commandsOf, next, save } from './form.ts';

type Json = Readonly<Record<string, unknown>>;

/** Whole trails by the wizard, with all that they can have. */
export function wizardTests(opened: Opened): void {
  /** Fills the wizard in with everything, and with mistakes on the way. */
  const fill = async (name: string) => {
    const { page, open } = opened();
    await open('create-trail');
    const nameField = page.getByLabel('Name', { exact: true });
    await nameField.fill(`${name}-`);
    await page.getByText('A name ends with a letter or a digit.').waitFor();
    await next(page);
    await nameField.fill(name);
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByRole('textbox', { name: 'Key' }).fill('Owner');
    await page.getByRole('textbox', { name: 'Value' }).fill("it's audit");
    await next(page);
    await page.getByText("“it's audit”: only letters, digits").waitFor();
    await page.getByRole('textbox', { name: 'Value' }).fill('the audit team');
    await next(page);

    await page.getByLabel('Bucket’s name').fill(`${name}-logs`);
    await page.getByLabel('Prefix (optional)').fill("of 'us'");
    await chooseNew(page, 'KMS key', 'Alias of the new key', `${name}-key`);
    await chooseNew(page, 'SNS topic', 'New topic’s name', `${name}-told`);
    await chooseNew(page, 'Log group', 'New log group’s name', `cloudtrail/${name}`);
    await page.getByLabel('New role’s name').fill(`${name}-role`);
    await next(page);

    await page.getByRole('button', { name: 'Add data events' }).click();
    await page.getByRole('menuitem', { name: 'S3 objects' }).click();
    await page.getByLabel('Some', { exact: true }).click();
    await page.getByLabel('ARNs').fill('arn:aws:s3:::ledger');
    await page.getByText('“arn:aws:s3:::ledger” is no such ARN.').waitFor();
    await page.getByLabel('ARNs').fill("arn:aws:s3:::ledger/it's");
    await page.getByLabel('API activity').check();
    await next(page);
    await page.getByRole('heading', { name: 'Review' }).waitFor();
  };

  const ask = async (operation: string, input: object) =>
    (await jsonCall(opened().server, `CloudTrail_20131101.${operation}`, input)).body;

  const trailOf = async (Name: string): Promise<Json> => {
    const { Trail } = await ask('GetTrail', { Name });
    return Trail as Json;
  };

  /** What there is to know of a trail, but for its name. */
  const described = async (name: string) => {
    const Trail = await trailOf(name);
    const { TrailARN: _arn, ...logged } = await ask('GetEventSelectors', { TrailName: name });
    const { AggregationConfigurations } = await ask('GetEventConfiguration', { TrailName: name });
    const { IsLogging } = await ask('GetTrailStatus', { Name: name });
    const { ResourceTagList } = await ask('ListTags', { ResourceIdList: [Trail['TrailARN']] });
    const { Policy } = await opened().s3.send(new GetBucketPolicyCommand({ Bucket: `${name}-logs` }));
    const all = { Trail, logged, AggregationConfigurations, IsLogging, ResourceTagList, Policy };
    const text = JSON.stringify(all)
      .replaceAll(name, 'NAME')
      .replaceAll(/key\/[0-9a-f-]{36}/g, 'key/ID');
    return JSON.parse(text) as typeof all;
  };

  it('makes by the shown commands the same trail as by the button', async () => {
    const { page, server, browser, look } = opened();
    await fill('byhand');
    await look('wizard-review');
    const shell = await run('sh', ['-c', (await commandsOf(page)).join(' &&\n')], { env: awsEnv(server) });
    expect(shell.stderr).toBe('');
    expect(shell.code).toBe(0);

    await fill('main');
    await page.getByRole('button', { name: 'Create trail' }).click();
    const made =
      'Made: bucket main-logs, a KMS key, key alias/main-key, topic main-told, log group cloudtrail/main, role main-role, trail main.';
    await page.getByText(made).waitFor();
    await look('wizard-done');
    const main = await described('main');
    expect(main).toEqual(await described('byhand'));
    expect(main.IsLogging).toBe(true);
    const own = 'arn:aws:SERVICE:us-east-1:123456789012:';
    expect(main.Trail).toMatchObject({
      S3KeyPrefix: "of 'us'",
      IsMultiRegionTrail: true,
      LogFileValidationEnabled: true,
      KmsKeyId: `${own.replace('SERVICE', 'kms')}key/ID`,
      SnsTopicARN: `${own.replace('SERVICE', 'sns')}NAME-told`,
      CloudWatchLogsLogGroupArn: `${own.replace('SERVICE', 'logs')}log-group:cloudtrail/NAME:*`,
      CloudWatchLogsRoleArn: 'arn:aws:iam::123456789012:role/NAME-role',
    });
    await ask('StopLogging', { Name: 'byhand' });
    expect(browser.complaints).toEqual([]);
  }, 300_000);

  it('delivers to all of what it made', async () => {
    const delivered = [
      'LatestDeliveryTime',
      'LatestNotificationTime',
      'LatestCloudWatchLogsDeliveryTime',
      'LatestDigestDeliveryTime',
    ];
    await expect
      .poll(
        async () => {
          const status = await ask('GetTrailStatus', { Name: 'main' });
          return delivered.filter((name) => status[name] === undefined);
        },
        { timeout: 60_000, interval: 500 },
      )
      .toEqual([]);
    const { page, open, look } = opened();
    await open('trails/main');
    await expect.poll(() => page.getByText('Delivered', { exact: true }).count()).toBe(4);
    await look('trail');
  });

  it('goes on after a mistake that only the server sees, and makes nothing twice', async () => {
    const { page, open, look } = opened();
    await open('create-trail');
    await page.getByLabel('Name', { exact: true }).fill('main');
    await next(page);
    await page.getByLabel('Bucket’s name').fill('second-logs');
    await next(page);
    await next(page);
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText('“Make the trail main” failed').waitFor();
    await page.getByText('TrailAlreadyExistsException').waitFor();
    await page.getByText('Made so far: bucket second-logs.').waitFor();
    await look('wizard-failed');
    await page.getByRole('button', { name: 'Change the form' }).click();
    await page.getByText(/^TrailAlreadyExistsException: /).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('second');
    await next(page);
    await next(page);
    await next(page);
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText('Made: bucket second-logs, trail second.').waitFor();
    expect(await trailOf('second')).toMatchObject({ S3BucketName: 'second-logs' });
  });

  it('changes a trail in the same form, and by nothing but what changed', async () => {
    const { page, open } = opened();
    await open('edit-trail/second');
    await page.getByLabel('Only us-east-1').check();
    await page.getByLabel('Global service events').uncheck();
    await page.getByRole('button', { name: 'Go to Review' }).click();
    expect(await commandsOf(page)).toEqual([
      'aws cloudtrail update-trail --name second --no-is-multi-region-trail --no-include-global-service-events --region us-east-1',
    ]);
    await save(page);
    expect(await trailOf('second')).toMatchObject({
      IsMultiRegionTrail: false,
      IncludeGlobalServiceEvents: false,
    });
  });

  it('gives a trail what exists already, far down its list, and takes it off again', async () => {
    const { page, open, look, server } = opened();
    await makeShared(server);
    await open('edit-trail/second');
    await next(page);
    await chooseExisting(page, 'KMS key', 'Key', 'alias/main-key');
    await page.getByRole('button', { name: 'Go to Review' }).click();
    await page.getByRole('button', { name: 'Save changes' }).click();
    // The policy of what was made for one trail names that trail: the field that is refused says so.
    await page.getByText('“Change the trail second” failed').waitFor();
    await page.getByRole('button', { name: 'Change the form' }).click();
    await page.getByText(/^InsufficientEncryptionPolicyException: /).waitFor();
    await page.getByRole('button', { name: 'What the key’s policy needs' }).click();
    await page.getByText('"kms:GenerateDataKey*"').waitFor();

    await chooseExisting(page, 'KMS key', 'Key', 'alias/shared');
    await chooseExisting(page, 'SNS topic', 'Topic', 'shared');
    await chooseExisting(page, 'Log group', 'Log group’s name', 'shared');
    await choose(page, 'Role', 'New');
    await page.getByLabel('New role’s name').fill('main-role');
    await page.getByText('There is a role main-role already: choose “Existing” to use it.').waitFor();
    await chooseExisting(page, 'Role', 'Role’s name', 'shared');
    await look('wizard-existing');
    await page.getByRole('button', { name: 'Go to Review' }).click();
    await save(page);
    const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${rest}`;
    const trail = await trailOf('second');
    expect(trail).toMatchObject({
      KmsKeyId: expect.stringContaining(arn('kms', 'key/')),
      SnsTopicARN: arn('sns', 'shared'),
      CloudWatchLogsLogGroupArn: arn('logs', 'log-group:shared:*'),
      CloudWatchLogsRoleArn: `arn:aws:iam::${ACCOUNT}:role/shared`,
    });

    await open('edit-trail/second');
    await next(page);
    const key = page.getByRole('combobox', { name: 'Key', exact: true });
    expect(await key.inputValue()).toBe(trail['KmsKeyId']);
    for (const group of ['KMS key', 'SNS topic', 'Log group']) await choose(page, group, 'None');
    await page.getByRole('button', { name: 'Go to Review' }).click();
    await save(page);
    const members = Object.keys(await trailOf('second'));
    expect(members.filter((member) => /Kms|Sns|CloudWatch/.test(member))).toEqual([]);
  });
}
