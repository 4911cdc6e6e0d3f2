import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';

import type { Opened } from './console.ts';

/** From a metric filter to an alarm that goes off. Needs the filter that the tests of a log group leave. */
export function alarmTests(opened: Opened): void {
  it('begins with a metric filter, and goes off when something is written that counts', async () => {
    const { page, open, look, server } = opened();
    await open('alarms');
    await page.getByRole('heading', { name: 'No alarms' }).waitFor();
    await look('alarms-none');
    await open('log-groups/cloudtrail%2Fmain?tab=filters');
    await page.getByRole('link', { name: 'Create an alarm on Denied' }).click();
    await page.getByLabel('Name', { exact: true }).fill('too many denied');
    await page.getByRole('button', { name: /Of each/ }).click();
    await page.getByRole('option', { name: '1 minute' }).click();
    await look('alarm-create');
    await page.getByRole('button', { name: 'Create alarm' }).click();
    await page.getByText('Made: alarm too many denied.').waitFor();
    const { url: endpoint, credentials } = server;
    const client = new CloudWatchLogsClient({ endpoint, region: 'us-east-1', credentials });
    const logEvents = [{ timestamp: Date.now(), message: '{"errorCode":"AccessDenied"}' }];
    const stream = { logGroupName: 'cloudtrail/main', logStreamName: 'us-east-1' };
    await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
    client.destroy();
    await page.getByRole('link', { name: 'Show the alarm' }).click();
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          return page.getByText('In alarm', { exact: true }).count();
        },
        { timeout: 100_000, interval: 1000 },
      )
      .toBeGreaterThan(0);
    await page.getByRole('application', { name: 'Denied over time' }).waitFor();
    await look('alarm');
  });

  it('is set by hand for a test, and deleted', async () => {
    const { page, look, browser } = opened();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'OK' }).click();
    await page.getByText('too many denied is set to “OK”.').first().waitFor();
    await page
      .getByRole('row', { name: /State.*from (In alarm|ALARM) to OK/ })
      .first()
      .waitFor();
    await look('alarm-set');
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'No alarms' }).waitFor();
    expect(browser.complaints).toEqual([]);
  });
}
