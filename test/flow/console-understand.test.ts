import { execFileSync } from 'node:child_process';

import { afterAll, beforeAll, describe } from 'vitest';

import { openConsole, opening, type Console } from '../kit/console-page.ts';
import { BIN, startServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { dashboardTests } from './understand/dashboards.ts';
import { insightTests } from './understand/insights.ts';
import { sqlTests } from './understand/sql.ts';
import { storeTests } from './understand/stores.ts';
import { whoTests } from './understand/who.ts';

const missing = missingTool('chromium') ?? missingTool('aws with AWS_ENDPOINT_URL');

/** Everything in the browser that explains what happened, on the demo's events and on a burst. */
describe.skipIf(missing !== undefined)(needing('understanding in the console', missing), () => {
  const { opened, set, close } = opening<Console>();

  beforeAll(async () => {
    const server = await startServer({
      env: { OPENTRAIL_INSIGHTS: 'all', OPENTRAIL_INSIGHTS_LAG: '0s' },
    });
    execFileSync(BIN, ['demo', '--data', server.data, '--events', '20000', '--seed', '7'], {
      stdio: 'ignore',
    });
    set(await openConsole(server, 'events?range=30d', 'Event history'));
  });
  afterAll(() => close());

  // Each needs what those before it leave.
  describe('event data stores', () => storeTests(opened));
  describe('statements over them', () => sqlTests(opened));
  describe('dashboards', () => dashboardTests(opened));
  describe('insights', () => insightTests(opened));
  // Ends as somebody who may nothing.
  describe('who is this', () => whoTests(opened));
});
