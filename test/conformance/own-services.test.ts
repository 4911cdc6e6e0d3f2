import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  CloudTrailClient,
  CreateChannelCommand,
  CreateEventDataStoreCommand,
  GetChannelCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudtrail';
import { CloudEvent, emitterFor, httpTransport } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createAuditor } from '../../packages/middleware/src/index.ts';
import { awsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { lookupAll } from '../kit/client.ts';
import { opentrailOf } from '../kit/cli.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws');
const ACCOUNT = '123456789012';

describe.skipIf(missing !== undefined)(needing("events of one's own services", missing), () => {
  let data: string;
  let server: TestServer;
  let channel: string;
  let token: string;

  const cloudtrail = () =>
    new CloudTrailClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
  const restart = async (end: 'kill' | 'stop') => {
    await server[end]();
    server = await startServer({ data });
  };
  const eventData = (UID: string, more: object = {}) =>
    JSON.stringify({
      version: '1.0',
      userIdentity: { type: 'User', principalId: 'alice' },
      eventSource: 'orders.example.com',
      eventName: 'CancelOrder',
      eventTime: new Date().toISOString().slice(0, 19) + 'Z',
      UID,
      recipientAccountId: ACCOUNT,
      ...more,
    });
  const found = async (name: string) =>
    lookupAll(server, {
      EventCategory: 'all',
      LookupAttributes: [
        { AttributeKey: 'EventCategory', AttributeValue: 'ActivityAuditLog' },
        { AttributeKey: 'EventName', AttributeValue: name },
      ],
    });
  const oneFound = (name: string, count = 1) =>
    eventually(async () => {
      const events = await found(name);
      return events.length === count ? events : undefined;
    }, 15_000);
  const post = (path: string, headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${server.url}${path}`, { method: 'POST', headers, body });
  const bearer = () => ({ authorization: `Bearer ${token}` });

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-own-'));
    server = await startServer({ data });
    const client = cloudtrail();
    const { EventDataStoreArn } = await client.send(
      new CreateEventDataStoreCommand({
        Name: 'own-services',
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: 'eventCategory', Equals: ['ActivityAuditLog'] }] },
        ],
      }),
    );
    const made = await client.send(
      new CreateChannelCommand({
        Name: 'orders',
        Source: 'Custom',
        Destinations: [{ Type: 'EVENT_DATA_STORE', Location: EventDataStoreArn }],
      }),
    );
    channel = made.ChannelArn!;
    const { stdout } = await opentrailOf(server, 'tokens', 'create', '--channel', 'orders');
    token = stdout.trim();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('are put by the AWS CLI, with a checksum, and found by their category', async () => {
    const cli = awsCli(server);
    const event = eventData('cli-1');
    const checksum = createHash('sha256').update(event).digest('base64');
    const audit = JSON.stringify([{ id: 'cli-1', eventData: event, eventDataChecksum: checksum }]);
    const put = () =>
      cli.json<{ successful: { id: string; eventID: string }[]; failed: unknown[] }>(
        ...['cloudtrail-data', 'put-audit-events', '--channel-arn', channel, '--audit-events', audit],
      );
    const first = await put();
    expect(first).toMatchObject({ successful: [{ id: 'cli-1' }], failed: [] });
    expect(await put()).toEqual(first);
    const [event1] = (await oneFound('CancelOrder'))!;
    const record = JSON.parse(event1!.CloudTrailEvent) as Record<string, unknown>;
    expect(record).toMatchObject({
      eventCategory: 'ActivityAuditLog',
      eventType: 'ActivityLog',
      eventID: first.successful[0]!.eventID,
      metadata: { channelARN: channel },
      eventData: JSON.parse(event) as object,
    });
  });

  it('are put by boto3, each failure told by itself', async () => {
    const events = [
      { id: 'b-1', eventData: eventData('b-1', { eventName: 'FromBoto' }) },
      { id: 'b-2', eventData: eventData('b-2', { recipientAccountId: '210987654321' }) },
      { id: 'b-3', eventData: '{' },
    ];
    const told = await boto3<{
      successful: unknown[];
      failed: { id: string; errorCode: string }[];
      errors: string[];
    }>(
      server,
      `
data = client('cloudtrail-data')
put = data.put_audit_events(channelArn='${channel}', auditEvents=json.loads(os.environ['EVENTS']))
def code(**given):
    return told(lambda: data.put_audit_events(**given))['code']
one = json.loads(os.environ['EVENTS'])[:1]
say({'successful': put['successful'], 'failed': put['failed'], 'errors': [
    code(channelArn='${channel}'[:-1] + 'x', auditEvents=one),
    code(channelArn='${channel}'[:-12] + '000000000000', auditEvents=one),
    code(channelArn='${channel}', auditEvents=one + one)]})
`,
      { env: { EVENTS: JSON.stringify(events) } },
    );
    expect(told.successful).toMatchObject([{ id: 'b-1' }]);
    expect(told.failed.map(({ id, errorCode }) => [id, errorCode])).toEqual([
      ['b-2', 'InvalidRecipient'],
      ['b-3', 'InvalidData'],
    ]);
    expect(told.errors).toEqual(['InvalidChannelARN', 'ChannelNotFound', 'DuplicatedAuditEventId']);
    const { IngestionStatus } = await cloudtrail().send(new GetChannelCommand({ Channel: channel }));
    expect(IngestionStatus).toMatchObject({ LatestIngestionErrorCode: 'InvalidData' });
    expect(IngestionStatus?.LatestIngestionSuccessTime).toBeInstanceOf(Date);
  });

  it('are sent by the SDK of CloudEvents, structured and binary, and by curl in a batch', async () => {
    for (const mode of ['structured', 'binary'] as const) {
      const emit = emitterFor(httpTransport(`${server.url}/_ingest/cloudevents`), { mode } as never);
      const event = new CloudEvent({
        id: mode,
        source: '/billing',
        type: `paid.${mode}`,
        authid: 'carol',
        data: { n: 1 },
      });
      await emit(event, { headers: bearer() });
      const [one] = (await oneFound(`paid.${mode}`))!;
      expect(JSON.parse(one!.CloudTrailEvent)).toMatchObject({
        eventData: {
          eventSource: '/billing',
          UID: mode,
          userIdentity: { principalId: 'carol' },
          requestParameters: { n: 1 },
        },
      });
    }
    const batch = JSON.stringify(
      ['1', '2', '2'].map((id) => ({ specversion: '1.0', id, source: '/curl', type: 'from.curl' })),
    );
    const curl = () =>
      execFileSync('curl', [
        ...['-s', '-w', '%{http_code}', '-o', '/dev/null', '-H', `Authorization: Bearer ${token}`],
        ...['-H', 'Content-Type: application/cloudevents-batch+json', '-d', batch],
        `${server.url}/_ingest/cloudevents`,
      ]).toString();
    expect([curl(), curl()]).toEqual(['200', '200']);
    await oneFound('from.curl', 2);
  });

  it('are sent by the exporters of OpenTelemetry, in JSON and protobuf, gzipped', async () => {
    for (const [name, Exporter] of [
      ['otel.json', JsonExporter],
      ['otel.proto', ProtoExporter],
    ] as const) {
      const exporter = new Exporter({
        url: `${server.url}/_ingest/v1/logs`,
        headers: bearer(),
        compression: 'gzip' as never,
      });
      const provider = new LoggerProvider({
        resource: resourceFromAttributes({ 'service.name': 'shop' }),
        processors: [new SimpleLogRecordProcessor({ exporter } as never)],
      });
      provider.getLogger('audit').emit({
        eventName: name,
        body: { order: 7 },
        attributes: { 'user.id': 'dave', 'client.address': '203.0.113.9' },
      });
      await provider.forceFlush();
      await provider.shutdown();
      const [one] = (await oneFound(name))!;
      expect(JSON.parse(one!.CloudTrailEvent)).toMatchObject({
        eventData: {
          eventSource: 'shop',
          userIdentity: { principalId: 'dave' },
          sourceIPAddress: '203.0.113.9',
          requestParameters: { order: 7 },
        },
      });
    }
  });

  it('come from the middleware, and survive kill -9 after the answer', async () => {
    const auditor = createAuditor({
      channelArn: channel,
      eventSource: 'middleware.example.com',
      endpoint: server.url,
      credentials: server.credentials,
    });
    for (let n = 0; n < 150; n++) auditor.record({ eventName: 'FromMiddleware', user: 'erin', id: `m-${n}` });
    await auditor.flush();
    expect(auditor.stats()).toMatchObject({ sent: 150, rejected: 0, dropped: 0 });
    await auditor.close();
    await restart('kill');
    await oneFound('FromMiddleware', 150);
  });

  it('are known again after kill -9', async () => {
    const send = async () => {
      const body = JSON.stringify({
        specversion: '1.0',
        id: 'k',
        source: '/k',
        type: 'killed',
        time: '2026-11-29T00:00:00Z',
      });
      const answer = await post(
        '/_ingest/cloudevents',
        { ...bearer(), 'content-type': 'application/cloudevents+json' },
        body,
      );
      expect(answer.status).toBe(200);
    };
    await send();
    await restart('kill');
    await send();
    await send();
    await oneFound('killed', 1);
  });

  it('are refused with a clear word: no token, another one, no event, bombs', async () => {
    const structured = { 'content-type': 'application/cloudevents+json' };
    const statuses = async (
      path: string,
      headers: Record<string, string>,
      body: string | Uint8Array<ArrayBuffer>,
    ) => (await post(path, headers, body)).status;
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(100 * 1024 * 1024)));
    expect(await statuses('/_ingest/cloudevents', structured, '{}')).toBe(401);
    expect(
      await statuses('/_ingest/cloudevents', { ...structured, authorization: 'Bearer otk_no' }, '{}'),
    ).toBe(401);
    expect(await statuses('/_ingest/cloudevents', { ...structured, ...bearer() }, '{')).toBe(400);
    expect(await statuses('/_ingest/cloudevents', { ...structured, ...bearer() }, '{}')).toBe(400);
    expect(await statuses('/_ingest/cloudevents', bearer(), '{}')).toBe(415);
    for (const path of ['/_ingest/cloudevents', '/_ingest/v1/logs']) {
      const type = path.endsWith('logs') ? { 'content-type': 'application/x-protobuf' } : structured;
      expect(await statuses(path, { ...type, ...bearer(), 'content-encoding': 'gzip' }, bomb)).toBe(413);
      expect(await statuses(path, { ...type, ...bearer() }, 'x'.repeat(9 * 1024 * 1024))).toBe(413);
    }
    expect(
      await statuses(
        '/_ingest/v1/logs',
        { ...bearer(), 'content-type': 'application/x-protobuf' },
        'rubbish',
      ),
    ).toBe(400);
    const partial = await post(
      '/_ingest/v1/logs',
      { ...bearer(), 'content-type': 'application/json' },
      JSON.stringify({
        resourceLogs: [
          { scopeLogs: [{ logRecords: [{ eventName: 'good' }, { body: { stringValue: 'plain' } }] }] },
        ],
      }),
    );
    expect(await partial.json()).toMatchObject({ partialSuccess: { rejectedLogRecords: '1' } });
    await oneFound('good');
  });

  it('are counted, and every one is accounted for', async () => {
    const text = await (await fetch(`${server.url}/_metrics`)).text();
    const value = (name: string) =>
      Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
    const names = [
      ...text.matchAll(/^# TYPE (\w*(?:received|recorded|rejected|unselected|unrecorded)\w*) /gm),
    ].map(([, n]) => n!);
    const of = (word: string) => value(names.find((name) => name.includes(`_${word}`)) ?? '');
    expect(of('received')).toBe(of('recorded') + of('rejected') + of('unselected') + of('unrecorded'));
    expect(text).toMatch(/opentrail_activity_events_total\{outcome="rejected"\} [1-9]/);
  });

  it('end with their token, of which no record and no file has the text', async () => {
    const list = await opentrailOf(server, 'tokens', 'list', '--json');
    const [shown] = (JSON.parse(list.stdout) as { IngestTokens: { TokenId: string }[] }).IngestTokens;
    expect(list.stdout).not.toContain(token);
    expect((await opentrailOf(server, 'tokens', 'revoke', shown!.TokenId)).code).toBe(0);
    const answer = await post(
      '/_ingest/cloudevents',
      { ...bearer(), 'content-type': 'application/cloudevents+json' },
      '{}',
    );
    expect(answer.status).toBe(401);
    const created = await eventually(async () => {
      const events = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateIngestToken' }],
      });
      return events[0];
    });
    expect(created.CloudTrailEvent).not.toContain(token);
    expect(created.CloudTrailEvent).toContain('"channel":"orders"');
  });

  it('of another account want the policy of the channel, with its external id', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '210987654321' },
          Action: 'cloudtrail-data:PutAuditEvents',
          Resource: channel,
          Condition: { StringEquals: { 'cloudtrail:ExternalId': 'partner-1' } },
        },
      ],
    };
    await cloudtrail().send(
      new PutResourcePolicyCommand({ ResourceArn: channel, ResourcePolicy: JSON.stringify(policy) }),
    );
    const audit = JSON.stringify([{ id: 'ext-1', eventData: eventData('ext-1', { eventName: 'External' }) }]);
    const put = ['cloudtrail-data', 'put-audit-events', '--channel-arn', channel, '--audit-events', audit];
    const cli = awsCli(server);
    expect((await cli.run(...put)).stderr).toContain('ChannelInsufficientPermission');
    expect(await cli.json(...put, '--external-id', 'partner-1')).toMatchObject({ failed: [] });
  });
});
