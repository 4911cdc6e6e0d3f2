import { readFileSync } from 'node:fs';

import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import { jsonCall } from '../../kit/client.ts';
import type { Opened } from '../../kit/console-page.ts';
import { ingest, recordsOf } from '../../kit/insight-records.ts';
import { eventually } from '../../kit/run.ts';

const AGENTS = `FROM $EDS_ID
WHERE eventname = 'CreateTags'
GROUP BY 1
ORDER BY 2 DESC`;

/** Statements over the event data store `ledger`, by somebody who has a keyboard only. Leaves eight days of CreateTags in it. */
export function sqlTests(opened: Opened): void {
  beforeAll(async () => {
    const { server } = opened();
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    const account = '123456789012';
    const thief = `arn:aws:sts::${account}:assumed-role/Thief`;
    await ingest(server, recordsOf({ minute, account, thief }));
    await filled(opened);
  });

  it('are completed with the columns of the store, run, and seen as a table and as a chart', async () => {
    const { page, open, look } = opened();
    await open('sql');
    await focusEditor(page);
    await page.keyboard.type('SELECT ');
    await page.keyboard.press('Control+Space');
    const best = page.locator('.ace_autocomplete .ace_line').first();
    await best.waitFor();
    await page.keyboard.type('userag');
    await expect.poll(() => best.innerText()).toMatch(/^userag\n?ent/);
    await page.keyboard.press('Enter');
    await page.keyboard.insertText(`, count(*) AS calls\n${AGENTS}`);
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^2 rows in /).waitFor();
    await page.getByRole('row', { name: /Boto3\/1\.26\.27.*160/ }).waitFor();
    await look('sql-table');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Chart' }).click();
    const chart = page.getByRole('application', { name: 'Rows of the query' });
    await chart.getByText('Boto3/1.26.27').first().waitFor();
    await look('sql-chart');
    await expectAccessible(page);
  });

  it('are handed over as a CSV file', async () => {
    const { page } = opened();
    await page.getByRole('button', { name: 'Download' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^query-results-.*\.csv$/);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines.slice(0, 1)).toEqual(['useragent,calls']);
    expect(lines).toContain('Boto3/1.26.27,160');
  });

  it('show at its place what is wrong in them, until it is put right', async () => {
    const { page, look } = opened();
    await write(page, 'SELECT eventname\nFROM $EDS_ID\nWHERE evntname = 1');
    await page.keyboard.press('Control+Enter');
    const said = page.getByRole('alert').filter({ hasText: 'Line 3, column 7' });
    await said.getByText("Column 'evntname' cannot be resolved").waitFor();
    await page.getByRole('tab', { name: 'Errors: 1' }).waitFor();
    await page.locator('.ot-sql-wrong').waitFor();
    await look('sql-wrong');
    await expectAccessible(page);
    // The cursor is there already.
    await page.keyboard.press('Delete');
    await page.getByRole('tab', { name: 'Errors: 0' }).waitFor();
    expect(await page.locator('.ot-sql-wrong').count()).toBe(0);
  });

  it('tell how far they are, and are cancelled', async () => {
    const { page, look } = opened();
    const all = ['a', 'b', 'c', 'd'].map((name) => `$EDS_ID ${name}`).join(' CROSS JOIN ');
    await write(page, `SELECT count(*) FROM ${all}`);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Runs', { exact: true }).waitFor();
    await page.getByText(/^[\d,]+ events, .* read$/).waitFor();
    await look('sql-running');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    await page.getByRole('button', { name: 'Earlier queries' }).click();
    await page.getByRole('button', { name: /cancelled$/ }).waitFor();
  });

  it('are opened again with what they found', async () => {
    const { page, look, browser } = opened();
    await page
      .getByRole('button', { name: /finished$/ })
      .first()
      .click();
    await page.getByText(/^2 rows in /).waitFor();
    const written = page.getByRole('group', { name: 'Code editor' }).locator('.ace_content');
    await expect.poll(() => written.innerText()).toContain("eventname = 'CreateTags'");
    await look('sql-past');
    expect(browser.complaints).toEqual([]);
  });
}

/** What was recorded is in the store a moment later. */
async function filled(opened: Opened): Promise<void> {
  const ask = async (operation: string, input: object) =>
    (await jsonCall(opened().server, `CloudTrail_20131101.${operation}`, input)).body;
  const { EventDataStores } = await ask('ListEventDataStores', {});
  const ledger = (EventDataStores as readonly Readonly<Record<string, string>>[]).find(
    ({ Name }) => Name === 'ledger',
  );
  const id = ledger?.['EventDataStoreArn']?.split('/').at(-1) ?? '';
  await eventually(async () => {
    const QueryStatement = `SELECT count(*) AS n FROM ${id} WHERE useragent LIKE 'Boto3/1.26%'`;
    const { QueryId } = await ask('StartQuery', { QueryStatement });
    const rows = await eventually(async () => {
      const { QueryStatus, QueryResultRows } = await ask('GetQueryResults', { QueryId });
      return QueryStatus === 'FINISHED' ? QueryResultRows : undefined;
    }, 30_000);
    return JSON.stringify(rows) === '[[{"n":"160"}]]' ? true : undefined;
  }, 60_000);
}

async function focusEditor(page: Page): Promise<void> {
  await page.getByRole('group', { name: 'Code editor' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
}

async function write(page: Page, statement: string): Promise<void> {
  await focusEditor(page);
  await page.keyboard.insertText(statement);
}
