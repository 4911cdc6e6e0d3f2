import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';

import type { Browser } from '../../kit/browser.ts';
import type { TestServer } from '../../kit/server.ts';

export const ACCOUNT = '123456789012';

/** One server and one browser, signed in as the administrator, for all that is looked at of trails. */
export type Console = {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly page: Page;
  readonly cloudtrail: CloudTrailClient;
  readonly s3: S3Client;
  /** The page behind `#/`, loaded anew. */
  readonly open: (hash: string) => Promise<void>;
  /** A screenshot, where OPENTRAIL_SCREENSHOTS names a folder: wide and light, and narrow and dark. */
  readonly look: (name: string) => Promise<void>;
};

/** Each part of a suite asks for the console when it runs: there is none while tests are collected. */
export type Opened = () => Console;
