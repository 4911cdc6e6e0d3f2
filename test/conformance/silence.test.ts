import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CloudTrailClient, ListTrailsCommand, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';

const REGION = 'eu-central-1';
const QUIET = '2s';

let server: TestServer;
const data = mkdtempSync(join(tmpdir(), 'opentrail-silence-'));
const env = { OPENTRAIL_SILENCE_AFTER: QUIET };

beforeAll(async () => {
  server = await startServer({ data, env });
});
afterAll(async () => {
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

const client = (region = REGION) =>
  new CloudTrailClient({ endpoint: server.url, region, credentials: server.credentials });
/** Asked from another region than the one that is watched: a question is a call too. */
const told = async (name: string) => {
  const found = await fetch(`${server.url}/_health`);
  const health = (await found.json()) as {
    status: string;
    silentSources: { channel: string; region: string }[];
  };
  const names = health.silentSources.map(({ channel, region }) => `${channel} ${region}`);
  return { isOk: health.status === 'ok', isSilent: names.includes(name) };
};
const history = async (name: string) => {
  const attributes = [{ AttributeKey: 'EventName' as const, AttributeValue: name }];
  const { Events } = await client().send(new LookupEventsCommand({ LookupAttributes: attributes }));
  return (Events ?? []).map(
    ({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '') as Record<string, unknown>,
  );
};
/** Until the source is regular: calls in six periods. */
const call = async (ms: number) => {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await client().send(new ListTrailsCommand({}));
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
};

it('tells of a region that falls silent, and that it is back, as events of its own; a restart tells nothing twice', async () => {
  await call(13_000);
  await eventually(async () => ((await told(`gateway ${REGION}`)).isSilent ? true : undefined), 30_000);
  expect((await told(`gateway ${REGION}`)).isOk).toBe(true);
  const metrics = await (await fetch(`${server.url}/_metrics`)).text();
  expect(metrics).toMatch(
    new RegExp(`opentrail_source_silent\\{channel="gateway",account="\\d+",region="${REGION}"\\} 1`),
  );

  await server.stop();
  server = await startServer({ data, env });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect((await told(`gateway ${REGION}`)).isSilent).toBe(true);

  const silent = await eventually(async () => {
    const found = await history('SourceSilent');
    return found.length > 0 ? found : undefined;
  });
  expect(silent).toHaveLength(1);
  expect(silent[0]).toMatchObject({
    eventSource: 'opentrail.amazonaws.com',
    eventType: 'AwsServiceEvent',
    awsRegion: REGION,
    recipientAccountId: '123456789012',
    serviceEventDetails: { channel: 'gateway', region: REGION, expectedWithinSeconds: 2 },
  });
  // These questions were calls in that region.
  const resumed = await eventually(async () => {
    const found = await history('SourceResumed');
    return found.length > 0 ? found : undefined;
  }, 30_000);
  expect(resumed[0]).toMatchObject({ serviceEventDetails: { channel: 'gateway', region: REGION } });
});
