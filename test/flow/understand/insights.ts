import { expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import type { Opened } from '../../kit/console-page.ts';

/** The burst of CreateTags at the end of the eight days that the tests of SQL leave: eight minutes, twenty calls in each. */
export function insightTests(opened: Opened): void {
  it('tell of a burst, newest first', async () => {
    const { page, open, look } = opened();
    await open('insights');
    const burst = page.getByRole('row', { name: /Unusually many calls of CreateTags.*0\.05 → 20.*8 min/ });
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          await page.getByRole('button', { name: 'Refresh' }).isEnabled();
          return burst.count();
        },
        { timeout: 30_000, interval: 1000 },
      )
      .toBe(1);
    await look('insights');
    await expectAccessible(page);
  });

  it('show the rate against its baseline, who made it, and the events behind it', async () => {
    const { page, look, browser } = opened();
    await page.getByRole('link', { name: 'Unusually many calls of CreateTags' }).click();
    await page.getByRole('heading', { name: 'Unusual calls of CreateTags' }).waitFor();
    await page.getByText('400 times as many').waitFor();
    await page.getByRole('img', { name: /usually 0\.05 a minute, 20 from .*, at most 20$/ }).waitFor();
    await page.getByText('baseline, 0.05').waitFor();
    const who = page.getByRole('list').filter({ has: page.getByRole('link', { name: 'Thief' }) });
    expect(await who.getByRole('listitem').allInnerTexts()).toEqual([expect.stringMatching(/^Thief\s+20$/)]);
    await page.getByRole('link', { name: 'Deploy', exact: true }).waitFor();
    await page.getByText('Boto3/1.26.27').waitFor();
    await look('insight');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'The events behind it' }).click();
    await page.getByRole('heading', { name: 'Event history' }).waitFor();
    await page.locator('tbody tr', { hasText: 'CreateTags' }).first().waitFor();
    expect(page.url()).toContain('EventName=CreateTags');
    expect(await page.locator('tbody tr', { hasText: 'Deploy' }).count()).toBe(0);
    await page.goBack();
    await page.getByRole('link', { name: 'Thief', exact: true }).click();
    await page.getByText('160 on 1 day').waitFor();
    expect(browser.complaints).toEqual([]);
  });
}
