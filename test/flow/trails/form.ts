import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** To the wizard's next step. */
export async function next(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Next' }).click();
}

export async function choose(page: Page, group: string, choice: string): Promise<void> {
  await page
    .getByRole('radiogroup', { name: group, exact: true })
    .getByLabel(choice, { exact: true })
    .check();
}

export async function chooseNew(page: Page, group: string, label: string, name: string): Promise<void> {
  await choose(page, group, 'New');
  await page.getByLabel(label).fill(name);
}

/** Types half of its name, and takes it from what is suggested. */
export async function chooseExisting(page: Page, group: string, label: string, name: string): Promise<void> {
  await choose(page, group, 'Existing');
  const field = page.getByRole('combobox', { name: label, exact: true });
  const half = name.slice(0, -2);
  // A list that comes while the mouse is down takes the click with it: whoever sits there clicks again.
  const take = async () => {
    await field.fill(half);
    await page.getByRole('option', { name: `Use “${half}”` }).waitFor({ timeout: 5000 });
    await page.getByRole('option', { name, exact: true }).click({ timeout: 5000 });
    await expect.poll(() => field.inputValue(), { timeout: 3000 }).toBe(name);
    return true;
  };
  await expect.poll(() => take().catch(() => false), { timeout: 60_000 }).toBe(true);
}

/** The commands of the review, a line each. */
export async function commandsOf(page: Page): Promise<readonly string[]> {
  const commands = await page.locator('.ot-commands pre').allInnerTexts();
  return commands.map((text) => text.replaceAll(/\s*\\\n\s*/g, ' '));
}

/** Does what the review says, until all of it is done. */
export async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText(/^(Done\.|Made: .*)$/).waitFor();
}
