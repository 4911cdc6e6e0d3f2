import { expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import { awsCli } from '../../kit/aws-cli.ts';
import type { Opened } from '../../kit/console-page.ts';
import { run } from '../../kit/run.ts';
import { awsEnv } from '../../kit/server.ts';

const ACTIVITY = [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['ActivityAuditLog'] }] }];

/** What a service of one's own says happened. */
const ACTED = {
  version: '1.0',
  UID: 'one',
  userIdentity: { type: 'Customer', principalId: 'alice', details: {} },
  eventSource: 'orders.acme.example',
  eventName: 'CancelOrder',
  eventTime: '2026-01-01T00:00:00Z',
  recipientAccountId: '123456789012',
};

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

  it('are shown in Athena with a role, and hidden there again', async () => {
    const { page, look } = opened();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Show in Athena' }).click();
    await page.getByLabel('Role').fill('federation');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Show in Athena' }).click();
    await page.getByText('Enter the ARN of a role.').waitFor();
    const role = 'arn:aws:iam::123456789012:role/federation';
    await page.getByLabel('Role').fill(role);
    await page.getByText('aws cloudtrail enable-federation').waitFor();
    await look('store-federate');
    await dialog.getByRole('button', { name: 'Show in Athena' }).click();
    await page.getByText('ledger is shown in Athena.').first().waitFor();
    await page.getByText(role).waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Hide from Athena' }).click();
    await page.getByText('not shown').waitFor();
  });

  it('say by which command a channel leads into them, and what became of its events', async () => {
    const { page, server, open, look } = opened();
    const cli = awsCli(server);
    const { EventDataStoreArn: arn } = await cli.json<{ readonly EventDataStoreArn: string }>(
      ...[
        'cloudtrail',
        'create-event-data-store',
        '--name',
        'services',
        '--no-termination-protection-enabled',
      ],
      ...['--advanced-event-selectors', JSON.stringify(ACTIVITY)],
    );
    await open(`stores/${arn.split('/').at(-1)}`);
    const command = await page.locator('.ot-command pre', { hasText: 'create-channel' }).innerText();
    const shell = await run('sh', ['-c', command], { env: awsEnv(server) });
    const { ChannelArn } = JSON.parse(shell.stdout) as { readonly ChannelArn: string };
    const refresh = page.getByRole('button', { name: 'Refresh the channels' });
    await refresh.click();
    await page.getByRole('row', { name: /my-service.*one’s own.*waits for events.*none yet/ }).waitFor();
    const eventData = JSON.stringify(ACTED);
    await cli.json(
      ...['cloudtrail-data', 'put-audit-events', '--channel-arn', ChannelArn],
      ...['--audit-events', JSON.stringify([{ id: 'one', eventData }])],
    );
    await refresh.click();
    await page.getByRole('row', { name: /my-service.*takes events.*just now/ }).waitFor();
    await look('store-channels');
    await expectAccessible(page);
    await cli.json('cloudtrail', 'delete-channel', '--channel', ChannelArn);
    await cli.json('cloudtrail', 'delete-event-data-store', '--event-data-store', arn);
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
