import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import type { TestServer } from './server.ts';

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
