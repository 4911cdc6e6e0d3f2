import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBrowser, type Browser } from '../kit/browser.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { BIN, ROOT, startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('chromium');

/** `OPENTRAIL_TEST_PICTURES=1` renews the pictures in docs/. */
const pictures = process.env['OPENTRAIL_TEST_PICTURES'] === '1';

describe.skipIf(missing !== undefined)(needing('the console with the demo', missing), () => {
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await startServer();
    execFileSync(BIN, ['demo', '--data', server.data, '--events', '20000', '--seed', '7'], {
      stdio: 'ignore',
    });
    browser = await openBrowser();
    await browser.page.goto(`${server.url}/_console/`);
    await signIn(browser.page, 'admin', consolePassword(server));
    await browser.page.locator('#ot-top').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('answers "who deleted the ledger?" from the name alone', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/_console/#/events?range=30d`);
    await page.locator('tbody [data-event-id]').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.insertText('ledger');
    await page.keyboard.press('Enter');
    await page.getByText('was read as').waitFor();
    await page.getByRole('link', { name: 'DeleteTable' }).first().click();
    await expect
      .poll(() => page.locator('.ot-sentence').innerText(), { timeout: 10_000 })
      .toMatch(
        /^dmitri@acme.example \(role DeployRole\) deleted table ledger from [\d.]+ with the AWS CLI\.$/,
      );
    await page.locator('.ot-histogram .ot-bar').first().waitFor();
    if (pictures) await page.screenshot({ path: join(ROOT, 'docs', 'console-event-history.png') });
  });

  it('turns pages without asking for more than is looked at', async () => {
    const { page, responses } = browser;
    await page.goto(`${server.url}/_console/#/events?range=7d`);
    await page.reload();
    const first = page.locator('tbody [data-event-id]').first();
    const top = () => first.getAttribute('data-event-id');
    await page.locator('.ot-histogram .ot-bar').first().waitFor();
    await first.waitFor();
    const before = await top();
    const asked = responses.length;
    await page.getByRole('button', { name: 'Older events' }).click();
    await expect.poll(top, { timeout: 10_000 }).not.toBe(before);
    await page.getByRole('button', { name: 'Newer events' }).click();
    await expect.poll(top).toBe(before);
    expect(responses.length - asked).toBe(1);
  });

  it('narrows the time by dragging over the histogram', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/_console/#/events?range=7d`);
    await page.locator('.ot-histogram .ot-bar').nth(5).waitFor();
    const box = await page.locator('.ot-histogram svg').boundingBox();
    if (!box) throw new Error('the histogram is not there');
    await page.mouse.move(box.x + box.width * 0.3, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=[^&]+Z&to=[^&]+Z/);
    await page.goBack();
    await page.waitForURL(/range=7d/);
  });

  it('shows one account at a time when asked to', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/_console/#/events?range=7d`);
    await page.getByRole('button', { name: 'Account All accounts' }).click();
    await page.getByRole('option', { name: /^210987654321/ }).click();
    await page.waitForURL(/account=210987654321/);
    const accounts = async () => [...new Set(await page.locator('tbody tr td:nth-child(8)').allInnerTexts())];
    await expect.poll(accounts, { timeout: 10_000 }).toEqual(['210987654321']);
  });
});
