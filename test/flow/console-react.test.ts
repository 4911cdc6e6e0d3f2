import { afterAll, beforeAll, describe } from 'vitest';

import { openBrowser } from '../kit/browser.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { startServer } from '../kit/server.ts';
import { startReceiver } from '../kit/sns-receiver.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { alarmTests } from './react/alarms.ts';
import type { Console } from './react/console.ts';
import { detectionTests } from './react/detections.ts';
import { logTests } from './react/logs.ts';
import { ruleTests } from './react/rules.ts';

const missing = missingTool('chromium');

/** Everything in the browser that tells somebody of something, on one server: starting either takes longer than most of what is looked at. */
describe.skipIf(missing !== undefined)(needing('rules, logs and detections in the console', missing), () => {
  let opened: Console | undefined;

  beforeAll(async () => {
    const [hook, server, browser] = await Promise.all([
      startReceiver(),
      startServer({ env: { OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8' } }),
      openBrowser(),
    ]);
    const { page } = browser;
    page.setDefaultTimeout(20_000);
    opened = {
      server,
      browser,
      page,
      hook,
      open: async (hash) => {
        await page.goto(`${server.url}/_console/#/${hash}`);
        await page.reload();
      },
      look: async (name) => {
        const folder = process.env['OPENTRAIL_SCREENSHOTS'];
        if (folder === undefined) return;
        await page.setViewportSize({ width: 390, height: 844 });
        await page.emulateMedia({ colorScheme: 'dark' });
        // Colours change over a moment.
        await page.waitForTimeout(700);
        await page.screenshot({ path: `${folder}/${name}-narrow.png`, fullPage: true });
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.emulateMedia({ colorScheme: 'light' });
        await page.waitForTimeout(700);
        await page.screenshot({ path: `${folder}/${name}-wide.png`, fullPage: true });
      },
    };
    await page.goto(`${server.url}/_console/#/rules`);
    await signIn(page, 'admin', consolePassword(server));
    // A page that is loaded anew before the answer came is not signed in.
    await page.getByRole('heading', { name: 'No rules' }).waitFor();
  });
  afterAll(async () => {
    await opened?.browser.close();
    await opened?.server.stop();
    await opened?.hook.stop();
  });

  const console = (): Console => {
    if (opened === undefined) throw new TypeError('the console was not opened');
    return opened;
  };
  describe('rules', () => ruleTests(console));
  describe('a log group', () => logTests(console));
  describe('an alarm', () => alarmTests(console));
  describe('detections', () => detectionTests(console));
});
