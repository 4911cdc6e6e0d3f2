import { expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import type { Opened } from '../../kit/console-page.ts';
import { createStranger, signInAsStranger } from '../../kit/stranger.ts';

/** A page about each identity, key, role, address and resource, reached from events. */
export function whoTests(opened: Opened): void {
  it('leads from an event to whoever did it, and from there to what else is known', async () => {
    const { page, open, look } = opened();
    await open('events?EventName=DeleteTable&ResourceName=ledger&range=30d');
    await page.getByRole('link', { name: 'DeleteTable' }).first().click();
    await page.getByTitle('What is known of dmitri@acme.example').click();
    await page.getByRole('heading', { name: 'dmitri@acme.example' }).waitFor();
    await page.getByText('3 on 1 day').waitFor();
    await page.getByRole('img', { name: 'dynamodb.amazonaws.com: 3 calls, 0 failed' }).waitFor();
    await page.getByRole('link', { name: 'DeployRole/dmitri@acme.example', exact: true }).click();
    await page.getByRole('link', { name: 'DeployRole', exact: true }).click();
    await page.getByText('arn:aws:iam::210987654321:role/DeployRole').waitFor();
    await page.getByRole('heading', { name: 'The chain behind it' }).waitFor();
    await expect
      .poll(() => page.getByRole('status', { name: /^Loading/ }).count(), { timeout: 20_000 })
      .toBe(0);
    await look('who-role');
    await expectAccessible(page);
  });

  it('says since when a thing is known, how often, by whom and when usually', async () => {
    const { page, open, look } = opened();
    await open('who/resource?value=ledger');
    await page.getByText(/^\d+ on 1\d days$/).waitFor();
    await page.getByText(/^Mostly .*\(your time\)\.$/).waitFor();
    await page.getByRole('link', { name: /^\d+ events: 203\.0\.113\.24$/ }).click();
    await page.getByRole('heading', { name: 'Event history' }).waitFor();
    expect(decodeURIComponent(page.url())).toMatch(/ResourceName=ledger&SourceIPAddress=203\.0\.113\.24/);
    await page.goBack();
    await page.getByRole('link', { name: '203.0.113.24', exact: true }).click();
    await page.getByText('Address 203.0.113.24').waitFor();
    await look('who-address');
    await page.getByRole('button', { name: 'How far back' }).click();
    await page.getByRole('option', { name: 'the last 24 hours' }).click();
    await expect
      .poll(() => page.getByRole('status', { name: /^Loading/ }).count(), { timeout: 20_000 })
      .toBe(0);
  });

  it('says that nobody was seen where nobody was', async () => {
    const { page, open, look } = opened();
    await open('who/key?value=AKIANOBODYNOBODY0000');
    await page.getByRole('heading', { name: 'Never seen' }).waitFor();
    await look('who-nobody');
    await expectAccessible(page);
  });

  it('says to whoever may not what is missing', async () => {
    const { page, server, open, look, browser } = opened();
    await createStranger(server, 'nobody');
    await page.evaluate('sessionStorage.clear()');
    await open('who/resource?value=ledger');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await signInAsStranger(page, 'nobody');
    for (const [at, operation] of DENIED) {
      await open(at);
      await page.getByText(`A policy of yours has to allow cloudtrail:${operation}`).first().waitFor();
      await look(`denied-${at.split(/[/?=]/).join('-')}`);
    }
    // They all say it the same way.
    await expectAccessible(page);
    expect(browser.complaints).toEqual([]);
  });
}

/** Pages, and what whoever may nothing needs first to see them. */
const DENIED = [
  ['who/resource?value=ledger', 'LookupEvents'],
  ['insights', 'LookupEvents'],
  ['insights/none', 'LookupEvents'],
  ['sql', 'ListEventDataStores'],
  ['dashboards', 'ListDashboards'],
  ['dashboards/AWSCloudTrail-Overview', 'GetDashboard'],
  ['add-widget/none', 'GetDashboard'],
  ['stores', 'ListEventDataStores'],
  ['stores/none', 'GetEventDataStore'],
] as const;
