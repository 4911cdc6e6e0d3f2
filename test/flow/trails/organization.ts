import { expect, it } from 'vitest';

import { jsonCall } from '../../kit/client.ts';
import { run } from '../../kit/run.ts';
import { awsEnv } from '../../kit/server.ts';
import { ACCOUNT, type Opened } from './console.ts';
import { next } from './form.ts';

/** An organization from nothing to a trail that its members see. */
export function organizationTests(opened: Opened): void {
  it('says by which commands it is made, and they make it', async () => {
    const { page, server, open, look } = opened();
    await open('organization');
    await page.getByRole('heading', { name: 'No organization' }).waitFor();
    await look('organization-none');
    const commands = await page.locator('.ot-first-steps pre').allInnerTexts();
    expect(commands).toHaveLength(3);
    const shell = await run('sh', ['-c', commands.join(' &&\n')], { env: awsEnv(server) });
    expect(shell.stderr).toBe('');
    expect(shell.code).toBe(0);
    await page.reload();
    await page.getByText('You are signed in to the management account.').waitFor();
    await page.getByText('Enabled', { exact: true }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'audit@example.com' }).waitFor();
  });

  it('has its delegated administrators and its trust changed here', async () => {
    const { page, look } = opened();
    const audit = page.getByRole('listitem').filter({ hasText: 'audit@example.com' });
    await audit.getByRole('button', { name: 'Make delegated administrator: audit' }).click();
    await audit.getByText('delegated administrator ·').waitFor();
    await look('organization');
    await audit.getByRole('button', { name: 'Deregister audit as delegated administrator' }).click();
    await audit.getByRole('button', { name: 'Make delegated administrator: audit' }).waitFor();
    const trust = page.getByRole('button', { name: 'Disable' });
    await trust.click();
    await page.getByText('Not enabled', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await page.getByText('Enabled', { exact: true }).waitFor();
  });

  it('gets a trail of all accounts by the wizard', async () => {
    const { page, server, open } = opened();
    await open('create-trail');
    await page.getByLabel('Name', { exact: true }).fill('all');
    await page.getByLabel('The whole organization').check();
    await next(page);
    await page.getByLabel('Bucket’s name').fill('all-logs');
    await next(page);
    await next(page);
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText('Made: bucket all-logs, trail all.').waitFor();
    const { body } = await jsonCall(server, 'CloudTrail_20131101.GetTrail', { Name: 'all' });
    expect(body['Trail']).toMatchObject({ IsOrganizationTrail: true });
    await open('organization');
    await page.getByText('delivers to all-logs, home us-east-1').waitFor();
  });

  it('shows its trail to a member, who cannot change it', async () => {
    const { page, open, look, browser } = opened();
    await open('organization');
    await page.getByRole('button', { name: 'Enter audit by the role OrganizationAccountAccessRole' }).click();
    await page.getByText(`only the management account ${ACCOUNT} can change what is here.`).waitFor();
    expect(await page.getByRole('button', { name: /delegated administrator|Enable|Disable/ }).count()).toBe(
      0,
    );
    await look('organization-member');

    await open('trails');
    const row = page.getByRole('row', { name: /^all/ });
    await row.getByText('whole organization').waitFor();
    await row.getByRole('button', { name: 'Actions on all' }).click();
    await expect
      .poll(() => page.getByRole('menuitem', { name: 'Delete' }).getAttribute('aria-disabled'))
      .toBe('true');
    await page.keyboard.press('Escape');
    await row.getByRole('link', { name: 'all', exact: true }).click();
    await page.getByText(/belongs to the organization’s management account 123456789012/).waitFor();
    for (const name of ['Stop logging', 'Delete', 'Edit'])
      expect(await page.getByRole('button', { name }).isEnabled()).toBe(false);
    await look('trail-member');
    await page.getByRole('button', { name: 'admin in' }).first().click();
    await page.getByRole('menuitem', { name: `Back to admin in ${ACCOUNT}` }).click();
    await page.getByRole('button', { name: 'Edit' }).and(page.locator(':enabled')).waitFor();
    expect(browser.complaints).toEqual([]);
  });
}
