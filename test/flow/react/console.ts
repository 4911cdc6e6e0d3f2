import type { Page } from 'playwright-core';

import type { Browser } from '../../kit/browser.ts';
import type { TestServer } from '../../kit/server.ts';
import type { Receiver } from '../../kit/sns-receiver.ts';

/** One server, one browser signed in as the administrator, and a webhook, for all that tells somebody of something. */
export type Console = {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly page: Page;
  readonly hook: Receiver;
  /** The page behind `#/`, loaded anew. */
  readonly open: (hash: string) => Promise<void>;
  /** A screenshot, where OPENTRAIL_SCREENSHOTS names a folder: wide and light, and narrow and dark. */
  readonly look: (name: string) => Promise<void>;
};

/** Each part of a suite asks for the console when it runs: there is none while tests are collected. */
export type Opened = () => Console;
