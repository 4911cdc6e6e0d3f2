import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { openBrowser, type Browser } from './browser.ts';
import type { TestServer } from './server.ts';

/** One server and one browser, signed in as the administrator: starting either takes longer than most of what is looked at. */
export type Console = {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly page: Page;
  /** The page behind `#/`, loaded anew. */
  readonly open: (hash: string) => Promise<void>;
  /** Screenshots, where OPENTRAIL_SCREENSHOTS names a folder: wide and light, and narrow and dark. */
  readonly look: (name: string) => Promise<void>;
  /** Browser and server. */
  readonly close: () => Promise<void>;
};

/** Each part of a suite asks for the console when it runs: there is none while tests are collected. */
export type Opened<T extends Console = Console> = () => T;

/** The console of a server at one of its pages, which shows `until` once the sign-in is through. */
export async function openConsole(server: TestServer, hash: string, until: string): Promise<Console> {
  const browser = await openBrowser();
  const { page } = browser;
  page.setDefaultTimeout(20_000);
  await page.goto(`${server.url}/_console/#/${hash}`);
  await signIn(page, 'admin', consolePassword(server));
  // A page that is loaded anew before the answer came is not signed in.
  await page.getByRole('heading', { name: until }).first().waitFor();
  return {
    server,
    browser,
    page,
    open: async (to) => {
      await page.goto(`${server.url}/_console/#/${to}`);
      await page.reload();
    },
    look: (name) => look(page, name),
    close: async () => {
      await browser.close();
      await server.stop();
    },
  };
}

/** For a suite's `beforeAll` and its parts: what was opened, or an error that says it was not. */
export function opening<T extends Console>(): {
  readonly opened: Opened<T>;
  readonly set: (value: T) => void;
  readonly close: () => Promise<void>;
} {
  let value: T | undefined;
  return {
    opened: () => {
      if (value === undefined) throw new TypeError('the console was not opened');
      return value;
    },
    set: (next) => void (value = next),
    close: async () => void (await value?.close()),
  };
}

async function look(page: Page, name: string): Promise<void> {
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
}

/** Fills the console's first form in and sends it. */
export async function signIn(page: Page, userName: string, password: string): Promise<void> {
  await page.locator('input[name=username]').fill(userName);
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The administrator's. */
export function consolePassword(server: TestServer): string {
  const text = readFileSync(join(server.data, 'credentials'), 'utf8');
  return /^opentrail_console_password\s*=\s*(\S+)/m.exec(text)?.[1] ?? '';
}
