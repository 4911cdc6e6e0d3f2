import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

/** Nothing is wrong with the page as it is now, by axe's rules for WCAG 2.2 AA, light and dark. Dark changes nothing but colours. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const light = await run(page, RULES);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await run(page, "{ type: 'rule', values: ['color-contrast'] }");
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  expect.soft({ at: page.url().replace(/.*#/, '#'), light, dark }).toMatchObject({ light: [], dark: [] });
}

async function run(page: Page, runOnly: string): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ runOnly: ${runOnly} })`);
  // Cloudscape itself draws the logo as a picture without a name, beside the name.
  const ours = (html: string) => !html.includes('awsui_logo_');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .filter(({ html }) => ours(html))
      .map(({ target, html }) => `${id}: ${help}: ${target.join(' ')}: ${html.slice(0, 200)}`),
  );
}
