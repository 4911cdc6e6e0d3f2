import { CloudEvent, HTTP } from 'cloudevents';
import { describe, expect, it } from 'vitest';

import type { Activity } from '../activity/activity.ts';
import { cloudEventActivity } from './cloud-event-activity.ts';
import { readCloudEvents } from './read-cloud-events.ts';

const CHANNEL = { arn: 'arn:channel', account: '123456789012', region: 'us-east-1' };
const NOW = Date.parse('2026-11-29T12:00:00Z');
const EVENT = new CloudEvent({
  id: 'e-1',
  source: '/billing/eu',
  type: 'com.example.invoice.cancelled',
  time: '2026-11-29T11:00:00.000Z',
  subject: 'invoice-7',
  authtype: 'app_user',
  authid: 'älice "A"',
  sourceipaddress: '203.0.113.9',
  useragent: 'shop/1',
  tenant: 'acme',
  data: { reason: 'double', items: [1, 2] },
});

type Sent = { readonly headers: Record<string, string>; readonly body: Buffer };
type Message = { headers: Record<string, unknown>; body: unknown };

/** As the SDK writes it. */
function sentOf({ headers, body }: Message): Sent {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    headers: Object.fromEntries(lower) as Record<string, string>,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

const STRUCTURED = sentOf(HTTP.structured(EVENT) as Message);
const BINARY = sentOf(HTTP.binary(EVENT) as Message);
const batchOf = (...events: unknown[]): Sent => ({
  headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
  body: Buffer.from(JSON.stringify(events)),
});

function activities(sent: Sent) {
  const read = readCloudEvents(sent);
  if (!('events' in read)) return read;
  return read.events.map((event) =>
    'problem' in event ? event : cloudEventActivity(event, CHANNEL, NOW),
  ) as Activity[];
}

describe('CloudEvents', () => {
  it.each([
    ['structured', STRUCTURED],
    ['binary', BINARY],
    ['batched', batchOf(EVENT.toJSON())],
  ])('of the SDK, %s, become what the mapping says', (_mode, sent) => {
    const [activity] = activities(sent) as Activity[];
    expect(activity).toMatchObject({ id: '["/billing/eu","e-1"]', time: NOW / 1000 - 3600 });
    expect(activity?.eventData).toMatchObject({
      version: '1.0',
      userIdentity: { type: 'app_user', principalId: 'älice "A"' },
      userAgent: 'shop/1',
      sourceIPAddress: '203.0.113.9',
      eventSource: '/billing/eu',
      eventName: 'com.example.invoice.cancelled',
      eventTime: '2026-11-29T11:00:00.000Z',
      UID: 'e-1',
      requestParameters: { reason: 'double', items: [1, 2] },
      additionalEventData: { subject: 'invoice-7', tenant: 'acme' },
      recipientAccountId: '123456789012',
    });
  });

  it('need say no more than who they are', () => {
    const [activity] = activities(
      batchOf({ specversion: '1.0', id: '1', source: 's', type: 't' }),
    ) as Activity[];
    expect(activity?.eventData).toEqual({
      version: '1.0',
      userIdentity: { type: 'Unknown', principalId: 'unknown' },
      eventSource: 's',
      eventName: 't',
      eventTime: '2026-11-29T12:00:00Z',
      UID: '1',
      recipientAccountId: '123456789012',
    });
  });

  it.each([
    ['text', { 'content-type': 'text/plain' }, 'hello', { data: 'hello' }],
    ['bytes', { 'content-type': 'application/octet-stream' }, '\u0001\u0002', { base64: 'AQI=' }],
    ['a JSON list', { 'content-type': 'application/vnd.x+json' }, '[1]', { data: [1] }],
  ])('carry %s in binary mode', (_what, headers, body, parameters) => {
    const attributes = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 's', 'ce-type': 't' };
    const [activity] = activities({
      headers: { ...attributes, ...headers },
      body: Buffer.from(body),
    }) as Activity[];
    expect(activity?.eventData['requestParameters']).toEqual(parameters);
  });

  it.each([
    ['specversion', { specversion: '0.3', id: '1', source: 's', type: 't' }],
    ['id', { specversion: '1.0', id: '', source: 's', type: 't' }],
    ['id', { specversion: '1.0', id: 7, source: 's', type: 't' }],
    ['attribute', { specversion: '1.0', id: '1', source: 's', type: 't', 'Not-A-Name': '1' }],
    ['attribute', { specversion: '1.0', id: '1', source: 's', type: 't', nested: {} }],
    ['both', { specversion: '1.0', id: '1', source: 's', type: 't', data: 1, data_base64: 'AQ==' }],
    ['base64', { specversion: '1.0', id: '1', source: 's', type: 't', data_base64: '§' }],
    [
      'not JSON',
      {
        specversion: '1.0',
        id: '1',
        source: 's',
        type: 't',
        datacontenttype: 'application/json',
        data_base64: 'AQ==',
      },
    ],
    ['object', 'text'],
  ])('with a wrong %s cost only themselves', (part, wrong) => {
    const [bad, good] = activities(batchOf(wrong, EVENT.toJSON())) as [{ problem: string }, Activity];
    expect(bad.problem).toContain(part);
    expect(good.id).toBe('["/billing/eu","e-1"]');
  });

  it.each([
    ['no media type', {}, '{}', { unsupported: expect.any(String) as string }],
    [
      'another format',
      { 'content-type': 'application/cloudevents+avro' },
      '',
      { unsupported: expect.any(String) as string },
    ],
    [
      'another charset',
      { 'content-type': 'application/cloudevents+json; charset=latin1' },
      '{}',
      { unsupported: expect.any(String) as string },
    ],
    [
      'no JSON',
      { 'content-type': 'application/cloudevents+json' },
      '{',
      { problem: expect.any(String) as string },
    ],
    [
      'no list',
      { 'content-type': 'application/cloudevents-batch+json' },
      '{}',
      { problem: expect.any(String) as string },
    ],
    [
      'stray percent',
      { 'ce-specversion': '1.0', 'ce-id': '%zz' },
      '',
      { problem: expect.any(String) as string },
    ],
  ])('are refused as a whole: %s', (_what, headers, body, answer) => {
    expect(activities({ headers: headers as Record<string, string>, body: Buffer.from(body) })).toEqual(
      answer,
    );
  });
});
