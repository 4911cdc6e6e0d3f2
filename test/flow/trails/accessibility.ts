import type { Page, Route } from 'playwright-core';
import { expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import { createStranger, signInAsStranger } from '../../kit/stranger.ts';
import type { Opened } from './console.ts';
import { choose, next } from './form.ts';

/** Every page by axe's rules for WCAG 2.2 AA, light and dark; and the wizard without a mouse. Needs the trail main. */
export function accessibilityTests(opened: Opened): void {
  const check = () => expectAccessible(opened().page);

  it('has no fault that axe finds on pages of events', async () => {
    const { page, open } = opened();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open('events');
    const event = page.getByRole('row').nth(1).getByRole('link').first();
    await event.click();
    await page.locator('.ot-sentence').waitFor();
    await check();
    await open(`events/${await page.locator('[data-event-id]').first().getAttribute('data-event-id')}`);
    await page.getByRole('region', { name: 'Same request' }).waitFor();
    await check();
  });

  it('has no fault that axe finds on pages of trails', async () => {
    const { page, open, look } = opened();
    await open('trails');
    await page
      .getByRole('row', { name: /^main/ })
      .getByText(/^(Stopped|Logging)$/)
      .waitFor();
    await page.getByRole('button', { name: 'Actions on main' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByLabel('To confirm, type main').waitFor();
    await check();
    await page.keyboard.press('Escape');
    await page.route('**/', failing);
    await open('trails/main');
    await page.getByText('S3 objects').first().waitFor();
    await page.getByText('AuthorizationError').waitFor();
    await look('trail-failing');
    await check();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('tab', { name: 'Delivered files' }).click();
    await page.getByText(/, by the hour$/).waitFor();
    await check();
    await page.getByRole('tab', { name: 'Digests' }).click();
    await page
      .getByText(/digests? (is|are) /)
      .first()
      .waitFor();
    await check();
    await open('organization');
    await page.getByRole('button', { name: 'Enter audit' }).waitFor();
    await check();
  });

  it('has no fault that axe finds in the wizard', async () => {
    const { page, open, look } = opened();
    await open('create-trail');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await next(page);
    await page.getByText('Enter a name.').waitFor();
    await check();
    await page.getByLabel('Name', { exact: true }).fill('axe');
    await next(page);
    for (const group of ['KMS key', 'SNS topic', 'Log group', 'Role']) await choose(page, group, 'Existing');
    await page.getByText('A name or an ARN. It must trust').waitFor();
    await check();
    for (const group of ['KMS key', 'SNS topic', 'Log group']) await choose(page, group, 'None');
    await next(page);
    await page.getByRole('button', { name: 'Add data events' }).click();
    await page.getByRole('menuitem', { name: 'Lambda functions' }).click();
    await check();
    await page.getByRole('button', { name: 'Advanced selectors' }).click();
    await look('wizard-advanced');
    await check();
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await page.getByLabel('Event selectors').fill('{"AdvancedEventSelectors": [{"FieldSelectors": []}]');
    await look('wizard-json');
    await check();
    await page.getByRole('button', { name: 'Simple choice' }).click();
    await next(page);
    await page.getByRole('heading', { name: 'Review' }).waitFor();
    await check();
  });

  it('lets nobody do by keyboard less than by mouse', async () => {
    const { page, open, look } = opened();
    await open('create-trail');
    await page.getByLabel('Name', { exact: true }).waitFor();
    await page.keyboard.press('Tab');
    const reach = async (name: string) => {
      for (let pressed = 0; pressed < 60; pressed++) {
        if ((await focused(page)).includes(name)) return;
        await page.keyboard.press('Tab');
      }
      expect.fail(`${name} is not reached by Tab; the last is ${await focused(page)}`);
    };
    await reach('Name');
    await page.keyboard.type('bykeys');
    await reach('All regions');
    await page.keyboard.press('ArrowDown');
    await reach('Next');
    await page.keyboard.press('Enter');
    // The new step is where one goes on.
    await reach('Bucket’s name');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('bykeys-logs');
    await reach('KMS key None');
    await page.keyboard.press('ArrowRight');
    await reach('Key');
    await page.keyboard.type('alias/main');
    await page.getByRole('option', { name: 'alias/main-key' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('combobox', { name: 'Key', exact: true }).inputValue()).toBe(
      'alias/main-key',
    );
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await reach('Next');
    await page.keyboard.press('Enter');
    // What is wrong has the focus.
    await expect.poll(() => focused(page)).toContain('Key');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowLeft');
    await reach('Next');
    await page.keyboard.press('Enter');
    await reach('Next');
    await page.keyboard.press('Enter');
    await reach('Create trail');
    await look('wizard-keyboard');
    await page.keyboard.press('Enter');
    await page.getByText('Made: bucket bykeys-logs, trail bykeys.').waitFor();
    await reach('Show the trail');
    await page.keyboard.press('Enter');
    // Another page has the focus that went with the one before.
    await expect.poll(() => focused(page)).toBe('bykeys');
    await reach('Delete');
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toContain('To confirm, type bykeys');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Delete');
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toContain('To confirm, type bykeys');
    await page.keyboard.type('bykeys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Trails' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Trails');
  });

  it('says to whoever may not what is missing', async () => {
    const { page, server, open, look, browser } = opened();
    await createStranger(server, 'stranger');
    await page.evaluate('sessionStorage.clear()');
    await open('trails');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await check();
    await signInAsStranger(page, 'stranger');
    for (const [at, action] of DENIED) {
      await open(at);
      await page.getByText(`A policy of yours has to allow ${action}`).first().waitFor();
      await look(`denied-${at.split('/').join('-')}`);
      await check();
    }
    await open('create-trail');
    await page.getByLabel('Name', { exact: true }).fill('denied');
    await next(page);
    await choose(page, 'SNS topic', 'Existing');
    await page.getByText('Not listed: sns:ListTopics is not permitted to you.').waitFor();
    await look('denied-wizard');
    await choose(page, 'SNS topic', 'None');
    await next(page);
    await next(page);
    await page.getByRole('button', { name: 'Create trail' }).click();
    await page.getByText('“Make the bucket cloudtrail-logs-123456789012” failed').waitFor();
    await look('denied-run');
    expect(browser.complaints).toEqual([]);
  });
}

/** Pages, and what whoever may nothing needs first to see them. */
const DENIED = [
  ['events', 'cloudtrail:LookupEvents'],
  ['trails', 'cloudtrail:DescribeTrails'],
  ['trails/main', 'cloudtrail:GetTrail'],
  ['edit-trail/main', 'cloudtrail:GetTrail'],
  ['organization', 'organizations:DescribeOrganization'],
] as const;

/** Answers of a trail that cannot deliver. */
async function failing(route: Route): Promise<void> {
  const target = route.request().headers()['x-amz-target'] ?? '';
  if (!target.endsWith('GetTrailStatus')) return route.fallback();
  const response = await route.fetch();
  const errors = {
    LatestDeliveryError: 'AccessDenied',
    LatestNotificationError: 'AuthorizationError',
    LatestCloudWatchLogsDeliveryError: 'ResourceNotFoundException',
    LatestDigestDeliveryError: 'NoSuchBucket',
  };
  return route.fulfill({ response, json: { ...((await response.json()) as object), ...errors } });
}

/** What the focused element is called, with the group that it is in. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const at = document.activeElement;
    const textOf = (ids) => (ids ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    const nameOf = (el) => el?.getAttribute('aria-label') ?? textOf(el?.getAttribute('aria-labelledby'));
    const labels = [...(at.labels ?? [])].map((label) => label.textContent).join(' ');
    return [nameOf(at.closest('[role=radiogroup]')), nameOf(at), labels, /^(BUTTON|A)$/.test(at.tagName) && !at.getAttribute('aria-label') ? at.textContent : ''].join(' ').replace(/\\s+/g, ' ').trim();
  })()`);
}
