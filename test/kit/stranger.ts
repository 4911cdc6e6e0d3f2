import { CreateLoginProfileCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import type { Page } from 'playwright-core';

import { signIn, type Console } from './console-page.ts';

const PASSWORD = 'Correct-Horse-7-Battery';

/** Makes a user who may sign in, and nothing else. */
export async function createStranger(
  { url, credentials }: Console['server'],
  UserName: string,
): Promise<void> {
  const iam = new IAMClient({ endpoint: url, region: 'us-east-1', credentials });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new CreateLoginProfileCommand({ UserName, Password: PASSWORD, PasswordResetRequired: false }),
  );
  iam.destroy();
}

/** From the sign-in page. */
export async function signInAsStranger(page: Page, userName: string): Promise<void> {
  await signIn(page, userName, PASSWORD);
  await page.locator('#ot-top').waitFor();
}
