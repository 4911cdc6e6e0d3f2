import {
  CreateLoginProfileCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBrowser, type Browser } from '../kit/browser.ts';
import { consolePassword, signIn } from '../kit/console-page.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('chromium');
const PASSWORD = 'Correct-horse-battery-9';

describe.skipIf(missing !== undefined)(needing('signing in to the console', missing), () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let device: TOTP;

  beforeAll(async () => {
    server = await startServer();
    device = await userWithDevice(server, 'nora');
    browser = await openBrowser();
    page = browser.page;
    await page.goto(`${server.url}/_console/#/trails`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('says what is missing before it asks the server', async () => {
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Enter your user name.').waitFor();
    await page.getByText('Enter your password.').waitFor();
    expect(browser.responses.some((response) => response.url().endsWith('/_signin'))).toBe(false);
  });

  it('asks for the code of the device by itself, and takes the right one only', async () => {
    await signIn(page, 'nora', PASSWORD);
    const code = page.getByLabel('Code for nora');
    await code.fill('000000');
    await code.press('Enter');
    await page.getByRole('alert').getByText('The code is wrong or was used before').waitFor();
    expect(await page.locator('input[name=password]').count()).toBe(0);
    // Those of now and before made the device known.
    await code.fill(device.generate({ timestamp: Date.now() + 30_000 }));
    await code.press('Enter');
    await page.locator('#ot-top').waitFor();
  });

  it('warns of the session’s end, and comes back to the same page after it', async () => {
    await endSessionIn(page, 60_000);
    await page.getByText('Session ends in 1 min').filter({ visible: true }).first().waitFor();
    await endSessionIn(page, 2_000);
    await page.getByText('Your session has expired').waitFor({ timeout: 15_000 });
    await signIn(page, 'admin', consolePassword(server));
    await page.getByRole('heading', { name: /^Trails/ }).waitFor();
    expect(page.url()).toContain('#/trails');
  });

  it('says how long one is locked out, and offers the other way in', async () => {
    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    for (let attempt = 0; attempt < 6; attempt++) {
      await signIn(page, 'nobody', `wrong ${attempt}`);
      await page.getByRole('alert').waitFor();
      if (await page.getByText('Too many attempts').isVisible()) break;
    }
    await page.getByText(/Try again in 1[45]:\d\d min/).waitFor();
    await page.getByRole('button', { name: 'Use an access key instead' }).click();
    await page.locator('input[name=access-key-id]').fill(server.credentials.accessKeyId);
    await page.locator('input[name=secret-access-key]').fill(server.credentials.secretAccessKey);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.locator('#ot-top').waitFor();
    expect(browser.complaints).toEqual([]);
  });
});

/** As if the session had begun longer ago: what the page keeps says when it ends. */
async function endSessionIn(page: Page, ms: number): Promise<void> {
  await page.evaluate(`
    const kept = JSON.parse(sessionStorage.getItem('opentrail.session'));
    sessionStorage.setItem('opentrail.session', JSON.stringify({ ...kept, expiration: Date.now() + ${ms} }));
  `);
  await page.reload();
}

async function userWithDevice(server: TestServer, name: string): Promise<TOTP> {
  const iam = new IAMClient({
    endpoint: server.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: server.credentials,
  });
  await iam.send(new CreateUserCommand({ UserName: name }));
  await iam.send(
    new CreateLoginProfileCommand({ UserName: name, Password: PASSWORD, PasswordResetRequired: false }),
  );
  const { VirtualMFADevice: made } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
  );
  const device = new TOTP({ secret: new TextDecoder().decode(made?.Base32StringSeed) });
  await iam.send(
    new EnableMFADeviceCommand({
      UserName: name,
      SerialNumber: made?.SerialNumber,
      AuthenticationCode1: device.generate({ timestamp: Date.now() - 30_000 }),
      AuthenticationCode2: device.generate(),
    }),
  );
  return device;
}
