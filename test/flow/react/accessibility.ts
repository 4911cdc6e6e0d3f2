import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { beforeAll, expect, it } from 'vitest';

import { expectAccessible } from '../../kit/axe.ts';
import { createStranger, signInAsStranger } from '../../kit/stranger.ts';
import type { Opened } from './console.ts';

const SELECTION = 'An access key was made for another user';

/** Every page by axe's rules, light and dark, and what it says to whoever may nothing. Needs what the tests before leave. */
export function accessibilityTests(opened: Opened): void {
  beforeAll(async () => {
    const { url: endpoint, credentials } = opened().server;
    const client = { endpoint, region: 'us-east-1', credentials };
    const events = new EventBridgeClient(client);
    const EventPattern = JSON.stringify({ source: ['aws.iam'], detail: { eventName: ['DeleteUser'] } });
    await events.send(new PutRuleCommand({ Name: 'axe', EventPattern }));
    const Arn = 'arn:aws:sns:us-east-1:123456789012:nowhere';
    await events.send(new PutTargetsCommand({ Rule: 'axe', Targets: [{ Id: 'topic', Arn }] }));
    events.destroy();
    const metrics = new CloudWatchClient(client);
    await metrics.send(
      new PutMetricAlarmCommand({
        AlarmName: 'axe',
        Namespace: 'CloudTrailMetrics',
        MetricName: 'Denied',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    );
    metrics.destroy();
  });

  /** Pages, and what is on each once it is whole. */
  const PAGES: readonly (readonly [string, string])[] = [
    ['rules', 'axe'],
    ['rules/axe', 'SNS topic nowhere'],
    ['edit-rule/axe', 'Save changes'],
    ['create-rule', 'Create rule'],
    ['alarms', 'axe'],
    ['alarms/axe', 'Sum of Denied in CloudTrailMetrics'],
    ['edit-alarm/axe', 'Save changes'],
    ['log-groups', 'cloudtrail/main'],
    ['log-groups/cloudtrail%2Fmain', 'AccessDenied'],
    ['log-groups/cloudtrail%2Fmain?tab=streams', 'us-east-1'],
    ['log-groups/cloudtrail%2Fmain?tab=filters', 'denied'],
    ['log-groups/cloudtrail%2Fmain?tab=insights', 'Run query'],
    ['findings', 'Nothing was found'],
    ['detections', SELECTION],
  ];

  it.each(PAGES)('has no fault that axe finds on %s', async (at, there) => {
    const { page, open } = opened();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(at);
    await page.getByRole('main').getByText(there).first().waitFor();
    await expect.poll(() => page.getByRole('status', { name: /^Loading/ }).count()).toBe(0);
    await expectAccessible(page);
  });

  it('has no fault that axe finds on a detection and what it found', async () => {
    const { page, open } = opened();
    await open('findings');
    await page.getByRole('button', { name: 'Acknowledged', exact: true }).click();
    await page.getByRole('link', { name: SELECTION }).click();
    await page.getByRole('heading', { name: 'What to do next' }).waitFor();
    await expectAccessible(page);
    await open('detections');
    await page.getByRole('link', { name: SELECTION }).click();
    await page.getByText('How it is written').first().waitFor();
    await expectAccessible(page);
  });

  it('says to whoever may not what is missing', async () => {
    const { page, server, open, look, browser } = opened();
    await createStranger(server, 'nobody');
    await page.evaluate('sessionStorage.clear()');
    await open('rules');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await signInAsStranger(page, 'nobody');
    for (const [at, action] of DENIED) {
      await open(at);
      await page.getByText(`A policy of yours has to allow ${action}`).first().waitFor();
      await look(`denied-${at.split(/[/?=]/).join('-')}`);
      await expectAccessible(page);
    }
    expect(browser.complaints).toEqual([]);
  });
}

/** Pages, and what whoever may nothing needs first to see them. */
const DENIED = [
  ['rules', 'events:ListEventBuses'],
  ['rules/axe', 'events:DescribeRule'],
  ['edit-rule/axe', 'events:DescribeRule'],
  ['alarms', 'cloudwatch:DescribeAlarms'],
  ['alarms/axe', 'cloudwatch:DescribeAlarms'],
  ['edit-alarm/axe', 'cloudwatch:DescribeAlarms'],
  ['log-groups', 'logs:DescribeLogGroups'],
  ['log-groups/cloudtrail%2Fmain', 'logs:DescribeLogGroups'],
  ['findings', 'opentrail:ListFindings'],
  ['findings/none', 'opentrail:GetFinding'],
  ['detections', 'opentrail:ListDetections'],
  ['detections/none', 'opentrail:GetDetection'],
] as const;
