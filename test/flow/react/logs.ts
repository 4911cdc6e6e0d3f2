import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeMetricFiltersCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';

import type { Opened } from './console.ts';

const GROUP = { logGroupName: 'cloudtrail/main' };
const STREAM = { ...GROUP, logStreamName: 'us-east-1' };
const DENIED = '{ $.errorCode = "AccessDenied" }';

/** What is written into a log group, and what is counted in it. */
export function logTests(opened: Opened): void {
  const withClient = async <T>(work: (client: CloudWatchLogsClient) => Promise<T>): Promise<T> => {
    const { url: endpoint, credentials } = opened().server;
    const client = new CloudWatchLogsClient({ endpoint, region: 'us-east-1', credentials });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  };

  it('shows the newest first, through a filter pattern', async () => {
    const { page, open, look } = opened();
    await open('log-groups');
    await page.getByRole('heading', { name: 'No log groups' }).waitFor();
    const now = Date.now();
    await withClient(async (client) => {
      await client.send(new CreateLogGroupCommand(GROUP));
      await client.send(new CreateLogStreamCommand(STREAM));
      const logEvents = Array.from({ length: 20 }, (_, n) => ({
        timestamp: now - (20 - n) * 60_000,
        message: JSON.stringify({ n, ...(n % 4 === 0 ? { errorCode: 'AccessDenied' } : {}) }),
      }));
      await client.send(new PutLogEventsCommand({ ...STREAM, logEvents }));
    });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('link', { name: 'cloudtrail/main' }).click();
    const lines = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem');
    await expect.poll(() => lines.count(), { timeout: 20_000 }).toBe(20);
    expect(await lines.first().innerText()).toContain('{"n":19}');
    await lines.first().locator('summary').click();
    await page.getByText('"n": 19').waitFor();
    await look('log-group');
    await page.getByLabel('Filter pattern').fill(DENIED);
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => lines.count(), { timeout: 20_000 }).toBe(5);
    await page.getByLabel('Filter pattern').fill('{ $.errorCode =');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Invalid filter pattern').waitFor();
  });

  it('counts what fits a pattern that was tested before', async () => {
    const { page, look, browser } = opened();
    await page.getByRole('tab', { name: 'Metric filters' }).click();
    await page.getByRole('button', { name: 'Create metric filter' }).click();
    await page.getByLabel('Name', { exact: true }).fill('denied');
    await page.getByLabel('Filter pattern').fill(DENIED);
    await page.getByLabel('Metric’s name', { exact: true }).fill('Denied');
    await page.getByRole('button', { name: 'Test pattern' }).click();
    await page.getByText('5 of 20 fit.').first().waitFor();
    await look('metric-filter');
    await page.getByRole('button', { name: 'Create metric filter' }).click();
    await page.getByRole('row', { name: /denied.*Denied in CloudTrailMetrics/ }).waitFor();
    const { metricFilters } = await withClient((client) =>
      client.send(new DescribeMetricFiltersCommand(GROUP)),
    );
    expect(metricFilters).toMatchObject([{ filterName: 'denied', filterPattern: DENIED }]);
    expect(browser.complaints).toEqual([]);
  });
}
