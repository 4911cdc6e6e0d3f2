import { expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import type { Opened } from '../../kit/console-page.ts';
import { run } from '../../kit/run.ts';
import { awsEnv } from '../../kit/server.ts';

/** Managed dashboards and one of one's own, over the event data store `ledger`. */
export function dashboardTests(opened: Opened): void {
  it('are there without anybody having made them, and are refreshed over a store', async () => {
    const { page, open, look } = opened();
    await open('dashboards');
    await page.getByRole('link', { name: 'Overview' }).waitFor();
    await look('dashboards');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Nothing is shown yet').waitFor();
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    const operations = page.getByRole('application', { name: 'Operations' });
    // Six queries, one after another.
    await operations.getByText('CreateTags').first().waitFor({ timeout: 60_000 });
    await page.getByRole('application', { name: 'Calls' }).waitFor();
    await expect.poll(() => page.getByRole('status', { name: /^Loading/ }).count()).toBe(0);
    await look('dashboard');
    await expectAccessible(page);
  });

  it('are made by a form that says what is wrong, with the command that does the same', async () => {
    const { page, open, look } = opened();
    await open('dashboards');
    await page.getByRole('link', { name: 'Create dashboard' }).click();
    await page.getByRole('button', { name: 'Create dashboard' }).click();
    await page.getByText('Enter 3 to 128 letters').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('team-board');
    await page.getByText('aws cloudtrail create-dashboard').waitFor();
    await look('dashboard-create');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create dashboard' }).click();
    await page.getByText('Made: dashboard team-board.').waitFor();
    await page.getByRole('link', { name: 'Show the dashboard' }).click();
    await page.getByRole('heading', { name: 'No widgets yet' }).waitFor();
    await look('dashboard-empty');
    await expectAccessible(page);
  });

  it('get a widget by the shown command, and another by the button', async () => {
    const { page, server, open, look } = opened();
    await page.getByRole('link', { name: 'Add the first widget' }).click();
    await page.getByText('aws cloudtrail update-dashboard').waitFor();
    await look('widget-add');
    await expectAccessible(page);
    const command = await page.locator('.ot-commands pre').innerText();
    const shell = await run('sh', ['-c', command], { env: awsEnv(server) });
    expect(shell.stderr).toBe('');
    await open('add-widget/team-board');
    await page.getByRole('button', { name: 'Begin with' }).click();
    await page.getByRole('option', { name: 'Busiest operations' }).click();
    await page.getByLabel('Title').fill('What/most');
    await page.getByRole('button', { name: 'Add widget' }).click();
    await page.getByText('Enter up to 128 letters').waitFor();
    await page.getByLabel('Title').fill('Most');
    await page.getByRole('button', { name: 'Add widget' }).click();
    await page.getByText('Made: widget Most.').waitFor();
    await page.getByRole('link', { name: 'Show the dashboard' }).click();
    await page.getByText('Not refreshed yet.').nth(1).waitFor();
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    const most = page.getByRole('application', { name: 'Most' });
    await most.getByText('CreateTags').first().waitFor({ timeout: 60_000 });
    await page.getByRole('application', { name: 'Calls' }).waitFor();
    await look('dashboard-own');
    await expectAccessible(page);
  });

  it('lose a widget without what the others found, and are deleted', async () => {
    const { page, look, browser } = opened();
    await page.getByRole('button', { name: 'Remove Calls' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Calls is removed.').first().waitFor();
    await page.getByRole('heading', { name: 'Calls' }).waitFor({ state: 'detached' });
    await page.getByRole('application', { name: 'Most' }).getByText('CreateTags').first().waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText('aws cloudtrail delete-dashboard --dashboard-id team-board').waitFor();
    await look('dashboard-delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('link', { name: 'Overview' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'team-board' }).count()).toBe(0);
    expect(browser.complaints).toEqual([]);
  });
}
