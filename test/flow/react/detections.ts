import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { expect, it } from 'vitest';

import type { Opened } from './console.ts';

const TITLE = 'An access key was made for another user';

const SIGMA = `title: A user was made, by Sigma
id: 5a0f6d4e-2f5c-4f5a-9a8e-0c3f8f6b7a11
status: test
level: medium
logsource:
  product: aws
  service: cloudtrail
detection:
  made:
    eventSource: iam.amazonaws.com
    eventName: CreateUser
  condition: made
`;

/** What is looked for, what was found, and that somebody has seen it. */
export function detectionTests(opened: Opened): void {
  it('say that nobody looks yet, and are enabled', async () => {
    const { page, open, look } = opened();
    await open('findings');
    await page.getByRole('heading', { name: 'Nobody is looking yet' }).waitFor();
    await look('findings-none');
    await page.getByRole('main').getByRole('link', { name: 'Detections' }).first().click();
    await page.getByLabel('Find detections').fill(TITLE);
    await page.getByText('1 match', { exact: true }).first().waitFor();
    await page.getByRole('checkbox', { name: `Select ${TITLE}` }).check({ force: true });
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('1 detection is enabled.').first().waitFor();
    await page.getByRole('row', { name: new RegExp(`${TITLE}.*Enabled`) }).waitFor();
    await look('detections');
  });

  it('find something, say why it matters and show the event', async () => {
    const { page, server, open, look } = opened();
    const { url: endpoint, credentials } = server;
    const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials });
    await iam.send(new CreateUserCommand({ UserName: 'mallory' }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'mallory' }));
    iam.destroy();
    await open('findings');
    const finding = page.getByRole('link', { name: TITLE });
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          return finding.count();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(1);
    await look('findings');
    await finding.click();
    await page.getByRole('heading', { name: 'What to do next' }).waitFor();
    const events = page.getByRole('list', { name: 'Events' });
    await events.getByText(/admin created access key .*mallory|admin created access key/).waitFor();
    expect(await events.getByRole('link', { name: 'CreateAccessKey' }).getAttribute('href')).toMatch(
      /^#\/events\/[0-9a-f-]{36}$/,
    );
    await look('finding');
  });

  it('are imported from Sigma, tried first, and deleted; a topic is told', async () => {
    const { page, open, look } = opened();
    await open('detections');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByLabel('Rules (YAML)').fill('title: nothing');
    await page.getByRole('button', { name: 'Import and enable' }).click();
    await page.getByText('ValidationException').waitFor();
    await page.getByLabel('Rules (YAML)').fill(SIGMA);
    await page.getByRole('dialog').getByRole('button', { name: 'Try', exact: true }).click();
    await page
      .getByText(/^[1-9]\d* findings? in \d+ events\.$/)
      .first()
      .waitFor();
    await look('detections-import');
    await page.getByRole('button', { name: 'Import and enable' }).click();
    await page.getByText('1 detection was imported and enabled.').first().waitFor();
    await page.getByRole('button', { name: 'Who is told of findings' }).click();
    await page.getByRole('combobox', { name: 'SNS topic (optional)' }).fill('nowhere');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page
      .getByText(/NotFound/)
      .first()
      .waitFor();
    await page.getByLabel('Find detections').fill('A user was made');
    await page.getByRole('link', { name: 'A user was made, by Sigma' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Detections' }).waitFor();
  });

  it('are done with once somebody acknowledged what they found', async () => {
    const { page, open, look, browser } = opened();
    await open('findings');
    await page.getByRole('link', { name: TITLE }).click();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByLabel('Note (optional)').fill('A new colleague');
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('“A new colleague”').waitFor();
    await look('finding-acknowledged');
    await open('findings');
    await page.getByRole('heading', { name: 'Nothing was found' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledged', exact: true }).click();
    await page.getByRole('link', { name: TITLE }).waitFor();
    expect(browser.complaints).toEqual([]);
  });
}
