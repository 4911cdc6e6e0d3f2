import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';

import { lookupAll, s3Client } from '../../kit/client.ts';
import type { Opened } from './console.ts';

/** From an event to a rule, and from there to somebody who is told. */
export function ruleTests(opened: Opened): void {
  const makeAndDelete = async (Bucket: string): Promise<void> => {
    const s3 = s3Client(opened().server);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    s3.destroy();
  };

  it('say what they are for while there is none', async () => {
    const { page, look } = opened();
    await page.getByRole('heading', { name: 'No rules' }).waitFor();
    await look('rules-none');
  });

  it('begin with an event, and are tried on what was recorded as they are typed', async () => {
    const { page, server, open, look } = opened();
    await makeAndDelete('ledger');
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'DeleteBucket' }];
    await expect.poll(() => lookupAll(server, { LookupAttributes })).toHaveLength(1);
    const [event] = await lookupAll(server, { LookupAttributes });
    await open(`events/${event?.EventId}`);
    await page.getByRole('link', { name: 'Alert me when this happens again' }).click();
    await page.getByText('admin deleted bucket ledger').waitFor();
    const tried = page.getByText(/of the last \d+ events match/).first();
    await expect.poll(() => tried.innerText()).toMatch(/^1 of the last/);

    const pattern = page.getByRole('textbox', { name: 'Pattern (JSON)' });
    const written = await pattern.inputValue();
    await pattern.fill('{"source": ["aws.s3"');
    await page.getByText('Event pattern is not valid.').first().waitFor();
    await page.getByText('The pattern is not valid yet').waitFor();
    await pattern.fill('{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"]}}');
    await page
      .getByText(/^None of the last \d+ events match\.$/)
      .first()
      .waitFor();
    await page.getByText('eventName is "DeleteBucket"').first().waitFor();
    await pattern.fill(written);
    await page.getByLabel('from 127.0.0.1').check();
    expect(JSON.parse(await pattern.inputValue())).toEqual({
      source: ['aws.s3'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['s3.amazonaws.com'],
        eventName: ['DeleteBucket'],
        sourceIPAddress: ['127.0.0.1'],
      },
    });
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.getByText(/^1 of \d+ events$/).waitFor();
    await look('rule-create');
  });

  it('tell somebody when it happens again, and say that they did', async () => {
    const { page, look, hook, browser } = opened();
    await page.getByRole('button', { name: 'Kind of target' }).click();
    await page.getByRole('option', { name: 'Webhook' }).click();
    await page.getByRole('textbox', { name: 'URL' }).fill('nowhere');
    await page.getByRole('button', { name: 'Create rule' }).click();
    await page.getByText('“nowhere” is no address').waitFor();
    await page.getByRole('textbox', { name: 'URL' }).fill(hook.url);
    await page.getByRole('button', { name: 'What it gets, and when it fails: target-1' }).click();
    const values = page.getByLabel('Values by name (JSON)');
    const pick = async () => {
      await page.getByRole('button', { name: /^Gets/ }).click();
      await page.getByRole('option', { name: 'A text made of it' }).click({ timeout: 5000 });
      return values.waitFor({ timeout: 5000 }).then(() => true);
    };
    // Below a section that still unfolds a click may fall beside the option.
    await expect.poll(() => pick().catch(() => false), { timeout: 60_000 }).toBe(true);
    await values.fill('{"who": "nobody"}');
    await page.getByText('Enter JSON: {"name": "$.path", …}.').waitFor();
    await values.fill('{"who": "$.detail.userIdentity.userName"}');
    await page.getByLabel('Template').fill('{"told": "<who> did it", "event": <aws.events.event.json>}');
    await look('rule-target');
    await page.getByRole('button', { name: 'Create rule' }).click();
    await page
      .getByText('Made: API destination again-DeleteBucket-target-1, rule again-DeleteBucket.')
      .waitFor();
    await makeAndDelete('ledger');
    await expect
      .poll(() => hook.all.map(({ json }) => json['told']), { timeout: 20_000 })
      .toEqual(['admin did it']);
    expect(hook.all[0]?.json).toMatchObject({ event: { detail: { eventName: 'DeleteBucket' } } });

    await page.getByRole('link', { name: 'Show the rule' }).click();
    await page.getByRole('heading', { name: 'Webhook again-DeleteBucket-target-1' }).waitFor();
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          return page.getByRole('row', { name: /Delivered/ }).count();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(1);
    await look('rule');
    expect(browser.complaints).toEqual([]);
  });

  it('are changed by nothing but what changed, switched off and deleted', async () => {
    const { page, look } = opened();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Description (optional)').fill('Who deletes buckets?');
    await expect.poll(() => page.locator('.ot-commands pre').count()).toBe(1);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Done.', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Show the rule' }).click();
    await page.getByText('Who deletes buckets?').waitFor();
    await page.getByText('gets a text made of the event').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'What it gets, and when it fails: target-1' }).click();
    await page.getByLabel('Tried again, times').fill('3');
    await page.getByLabel('Queue for what it never took (optional)').fill('dead');
    await expect.poll(() => page.locator('.ot-commands pre').innerText()).toContain('MaximumRetryAttempts');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Done.', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Show the rule' }).click();
    await page.getByText('tried again 3 times · what fails goes to dead').waitFor();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('again-DeleteBucket is disabled.').first().waitFor();
    await page
      .getByRole('navigation', { name: 'Where you are' })
      .getByRole('link', { name: 'Rules' })
      .click();
    await page.getByRole('row', { name: /again-DeleteBucket.*Disabled.*eventName DeleteBucket/ }).waitFor();
    await look('rules');
    await page.getByRole('link', { name: 'again-DeleteBucket' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'No rules' }).waitFor();
  });
}
