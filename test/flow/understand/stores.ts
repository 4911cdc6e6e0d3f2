import { expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import type { Opened } from '../../kit/console-page.ts';

/** Event data stores: made, changed, deleted and brought back. */
export function storeTests(opened: Opened): void {
  it('are made by a form that says what is wrong, with the command that does the same', async () => {
    const { page, open, look } = opened();
    await open('stores');
    await page.getByRole('heading', { name: 'No event data stores' }).waitFor();
    await expectAccessible(page);
    await open('create-store');
    await page.getByRole('button', { name: 'Create event data store' }).click();
    await page.getByText('Enter 3 to 128 letters').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('ledger');
    await page.getByText('aws cloudtrail create-event-data-store').waitFor();
    await look('store-create');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create event data store' }).click();
    await page.getByText('Made: event data store ledger.').waitFor();
    await page.getByRole('link', { name: 'Show the event data stores' }).click();
    await page.getByRole('row', { name: /ledger.*Takes events.*Management.*2,557 days/ }).waitFor();
    await look('stores');
  });

  it('cannot be deleted while protected; afterwards can, and are brought back', async () => {
    const { page, look, browser } = opened();
    await page.getByRole('link', { name: 'ledger' }).click();
    await page.getByText('2,557 days, by the time of the event').waitFor();
    await look('store');
    await expectAccessible(page);
    const choose = async (name: string) => {
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    await choose('Switch protection off');
    await page.getByText('ledger is no longer protected.').first().waitFor();
    await choose('Change how long it keeps');
    await page.getByLabel('Days').fill('3');
    await page.getByText('Enter a number from 7 to 3,653.').waitFor();
    await page.getByLabel('Days').fill('90');
    await page.getByText('Events that are older are deleted for good.').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('90 days, by the time of the event').waitFor();
    await choose('Delete');
    await page.getByLabel('To confirm, type ledger').fill('ledger');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('To be deleted').first().waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('ledger is there again.').first().waitFor();
    expect(browser.complaints).toEqual([]);
  });

  it('are what a filter of the history is opened over as SQL', async () => {
    const { page, open, look, browser } = opened();
    await open('events?EventName=DeleteTable&range=30d');
    await page.getByRole('button', { name: 'Open as SQL' }).click();
    await page.locator('.ace_editor').waitFor();
    await expect
      .poll(() => page.locator('.ace_content').innerText(), { timeout: 20_000 })
      .toMatch(/eventname = 'DeleteTable'/);
    await page.getByRole('button', { name: 'eventtime timestamp' }).waitFor();
    await look('sql');
    await expectAccessible(page);
    expect(browser.complaints).toEqual([]);
  });
}
