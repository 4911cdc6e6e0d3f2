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

  it('asks a query, and shows its rows as a table and as a chart', async () => {
    const { page, open, look } = opened();
    await open('log-groups/cloudtrail%2Fmain?tab=insights');
    await page.getByRole('textbox', { name: 'Query' }).fill('stats count(*) as events by errorCode');
    await page.getByRole('button', { name: 'Run query' }).click();
    await page.getByText(/^2 rows · 20 of 20 events match/).waitFor();
    await page.getByRole('row', { name: /AccessDenied 5/ }).waitFor();
    await look('logs-insights');
    await page.getByRole('textbox', { name: 'Query' }).fill('stats count(*) as events by bin(5m)');
    await page.getByRole('textbox', { name: 'Query' }).press('Control+Enter');
    await page.getByText(/^[45] rows/).waitFor();
    await page.getByRole('button', { name: 'Chart' }).click();
    await page.getByRole('application', { name: 'Rows of the query' }).waitFor();
    await look('logs-insights-chart');
    await page.getByRole('textbox', { name: 'Query' }).fill('stats | nonsense');
    await page.getByRole('button', { name: 'Run query' }).click();
    await page.getByText('MalformedQueryException').waitFor();
  });

  it('shows what is written while it is looked at', async () => {
    const { page, open, look, browser } = opened();
    await open('log-groups/cloudtrail%2Fmain');
    const lines = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem');
    await expect.poll(() => lines.count(), { timeout: 20_000 }).toBe(20);
    await page.getByText('Live', { exact: true }).click();
    await page.getByText('What is written from now on comes by itself.').waitFor();
    await withClient(async (client) => {
      for (let n = 100; (await lines.count()) < 21 && n < 140; n++) {
        const logEvents = [{ timestamp: Date.now(), message: JSON.stringify({ n }) }];
        await client.send(new PutLogEventsCommand({ ...STREAM, logEvents }));
        await page.waitForTimeout(500);
      }
    });
    expect(await lines.first().innerText()).toMatch(/\{"n":1\d\d\}/);
    await look('live-tail');
    const [first] = browser.responses.filter((one) =>
      /StartLiveTail/.test(one.request().headers()['x-amz-target'] ?? ''),
    );
    expect(first?.headers()['content-type']).toBe('application/vnd.amazon.eventstream');
    await page.getByText('Live', { exact: true }).click();
  });

  it('is made, kept for a while and deleted', async () => {
    const { page, open, look } = opened();
    await open('log-groups');
    await page.getByRole('button', { name: 'Create log group' }).click();
    await page.getByLabel('Name', { exact: true }).fill('no spaces');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Enter a name of letters').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('brief');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page
      .getByRole('row', { name: /brief.*for ever/ })
      .getByRole('link', { name: 'brief' })
      .click();
    await page.getByRole('button', { name: 'Edit retention' }).click();
    await page.getByRole('button', { name: /^Kept/ }).click();
    await page.getByRole('option', { name: '7 days', exact: true }).click();
    await page.getByText('Events older than 7 days are deleted for good.').waitFor();
    await look('log-retention');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Kept 7 days').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByLabel('To confirm, type brief').fill('brief');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    // Back to the list: before that no row is called so either.
    await page.getByRole('heading', { name: /^Log groups/ }).waitFor();
    await expect.poll(() => page.getByRole('row', { name: /brief/ }).count(), { timeout: 20_000 }).toBe(0);
  });

  it('counts what fits a pattern that was tested before', async () => {
    const { page, open, look, browser } = opened();
    await open('log-groups/cloudtrail%2Fmain?tab=filters');
    await page.getByRole('button', { name: 'Create metric filter' }).click();
    await page.getByLabel('Name', { exact: true }).fill('denied');
    await page.getByLabel('Filter pattern').fill(DENIED);
    await page.getByLabel('Metric’s name', { exact: true }).fill('Denied');
    await page.getByRole('button', { name: 'Test pattern' }).click();
    await page
      .getByText(/^5 of \d+ fit\.$/)
      .first()
      .waitFor();
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
