import { gunzipSync, gzipSync } from 'node:zlib';

import { StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { expect, it } from 'vitest';

import { keysIn, readObject, writeObject } from '../../kit/stored-objects.ts';
import type { Opened } from './console.ts';

type Json = Readonly<Record<string, unknown>>;

/** A trail's page: what it delivered and whether that is whole, what fails, and its end. Needs the trails main and second. */
export function trailTests(opened: Opened): void {
  it('shows what it delivered, and proves it or says what was forged', async () => {
    const { page, open, look, browser, cloudtrail } = opened();
    await open('trails/main');
    await page.getByText('S3 objects').first().waitFor();
    await page.getByRole('tab', { name: 'Delivered files' }).click();
    await page.getByText(/^\d+ files?, [\d.]+ [KM]?B, by the hour$/).waitFor();
    await page.getByRole('application', { name: 'Files delivered by the hour' }).waitFor();
    await look('trail-delivered');
    await page.getByRole('tab', { name: 'Digests' }).click();
    const check = page.getByRole('button', { name: 'Check again' });
    // The first of two: what is said aloud repeats it a while later.
    const judged = (words: RegExp) =>
      expect
        .poll(
          async () => {
            await check.click();
            const said = page.getByText(words).first().waitFor({ timeout: 3000 });
            return said.then(
              () => true,
              () => false,
            );
          },
          { timeout: 60_000 },
        )
        .toBe(true);
    await judged(/^The newest \d+ digests are valid\./);
    await look('trail-digests');
    await cloudtrail.send(new StopLoggingCommand({ Name: 'main' }));
    await forgeDigest();
    await judged(/^1 of \d+ digests is invalid\./);
    const forged = page.getByRole('listitem').filter({ hasText: 'Invalid' });
    await forged.getByText('Its signature does not fit: its content was changed').waitFor();
    await look('trail-forged');
    expect(browser.complaints).toEqual([]);
  }, 180_000);

  it('is stopped, and deleted only by whoever types its name', async () => {
    const { page, open, look } = opened();
    await open('trails/second');
    await page.getByRole('button', { name: 'Stop logging' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop logging' }).waitFor();
    await look('dialog-stop');
    await page.getByRole('dialog').getByRole('button', { name: 'Stop logging' }).click();
    await page.getByText('second no longer logs.').first().waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('To confirm, type second').fill('secon');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isEnabled()).toBe(false);
    await look('dialog-delete');
    await dialog.getByLabel('To confirm, type second').fill('second');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Trails' }).waitFor();
    await page.getByRole('row', { name: /^second/ }).waitFor({ state: 'detached' });
  });

  /** One log file less in it, everything else as it was. */
  const forgeDigest = async (): Promise<void> => {
    const { s3 } = opened();
    const keys = (await keysIn(s3, 'main-logs')).filter((key) => key.includes('-Digest/'));
    const stored = await readObject(s3, 'main-logs', keys.sort().at(-2) ?? '');
    const digest = JSON.parse(gunzipSync(stored.body).toString()) as Json;
    const forged = JSON.stringify({ ...digest, digestStartTime: '2026-01-01T00:00:00Z' });
    await writeObject(s3, 'main-logs', { ...stored, body: gzipSync(forged) });
  };
}
