import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type BrowserContext, type Page, type Response } from 'playwright-core';

/** Of Cloudscape's charts, when the page goes on while the pointer is on one: its handler of `mouseout` looks for a plot that is gone. Nobody sees it. */
const CHART_LEFT = "Cannot read properties of null (reading 'svg')";

export type Browser = {
  readonly page: Page;
  /** What a visitor would find in the console of the browser's tools: refused by policy, thrown, missing. */
  readonly complaints: readonly string[];
  /** Everything that was asked of any host, in order. */
  readonly responses: readonly Response[];
  readonly close: () => Promise<void>;
};

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium with a profile of its own, gone with `close`. */
export async function openBrowser(
  options: { readonly width?: number; readonly height?: number; readonly dark?: boolean } = {},
): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'opentrail-browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: QUIET,
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    timezoneId: 'Europe/Berlin',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  const responses: Response[] = [];
  page.on('console', (message) => {
    // A refused call is told there too; what the page makes of it is looked at in the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => {
    if (error.message !== CHART_LEFT) complaints.push(error.message);
  });
  page.on('response', (response) => responses.push(response));
  return {
    page,
    complaints,
    responses,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
