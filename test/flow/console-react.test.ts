import { afterAll, beforeAll, describe } from 'vitest';

import { openConsole, opening } from '../kit/console-page.ts';
import { startServer } from '../kit/server.ts';
import { startReceiver } from '../kit/sns-receiver.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { accessibilityTests } from './react/accessibility.ts';
import { alarmTests } from './react/alarms.ts';
import type { Console } from './react/console.ts';
import { detectionTests } from './react/detections.ts';
import { logTests } from './react/logs.ts';
import { ruleTests } from './react/rules.ts';

const missing = missingTool('chromium');

/** Everything in the browser that tells somebody of something. */
describe.skipIf(missing !== undefined)(needing('rules, logs and detections in the console', missing), () => {
  const { opened, set, close } = opening<Console>();

  beforeAll(async () => {
    const [hook, server] = await Promise.all([
      startReceiver(),
      startServer({ env: { OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8' } }),
    ]);
    set({ ...(await openConsole(server, 'rules', 'No rules')), hook });
  });
  afterAll(async () => {
    await opened().hook.stop();
    await close();
  });

  describe('rules', () => ruleTests(opened));
  describe('a log group', () => logTests(opened));
  describe('an alarm', () => alarmTests(opened));
  describe('detections', () => detectionTests(opened));
  describe('the pages for everybody', () => accessibilityTests(opened));
});
