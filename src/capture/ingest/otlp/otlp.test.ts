import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';

import { isFailure, type Activity } from '../activity/activity.ts';
import { logActivity } from './log-activity.ts';
import { MalformedOtlp, type LogRecord } from './log-record.ts';
import { messageOf } from './protobuf.ts';
import { readJson } from './read-json.ts';
import { readProtobuf } from './read-protobuf.ts';

const CHANNEL = { arn: 'arn:channel', account: '123456789012', region: 'us-east-1' };
const NOW = Date.parse('2026-11-29T12:00:00Z');
const BASE = {
  hrTime: [1_795_953_600, 123_000_000],
  hrTimeObserved: [1_795_953_601, 0],
  severityText: 'INFO',
  severityNumber: 9,
  eventName: 'order.cancelled',
  body: { reason: 'ä', nested: { list: [1, true, 2.5, null] } },
  attributes: {
    'user.id': 'alice',
    'user.email': 'alice@example.com',
    'client.address': '203.0.113.9',
    'user_agent.original': 'shop/1',
    'error.type': 'Refused',
    order: 7,
  },
  spanContext: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
  resource: {
    attributes: { 'service.name': 'orders', 'service.namespace': 'shop' },
    asyncAttributesPending: false,
  },
  instrumentationScope: { name: 'audit', version: '1' },
  droppedAttributesCount: 0,
};

/** As OpenTelemetry's own exporter writes it. */
function encoded(kind: 'json' | 'protobuf', ...changes: object[]): Uint8Array {
  const records = changes.map((change) => ({ ...BASE, ...change })) as never[];
  const serializer = kind === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  return serializer.serializeRequest(records)!;
}
const read = (kind: 'json' | 'protobuf', bytes: Uint8Array): readonly LogRecord[] =>
  kind === 'json' ? readJson(bytes) : readProtobuf(bytes);

describe.each(['json', 'protobuf'] as const)('OTLP logs in %s', (kind) => {
  it('become what the mapping says', () => {
    const [record] = read(kind, encoded(kind, {}));
    const { read: activity } = logActivity(record!, CHANNEL, NOW);
    expect((activity as Activity).eventData).toMatchObject({
      userIdentity: {
        type: 'Unknown',
        principalId: 'alice',
        details: { 'user.id': 'alice', 'user.email': 'alice@example.com' },
      },
      userAgent: 'shop/1',
      sourceIPAddress: '203.0.113.9',
      eventSource: 'shop/orders',
      eventName: 'order.cancelled',
      eventTime: '2026-11-29T12:00:00.123Z',
      requestParameters: { reason: 'ä', nested: { list: [1, true, 2.5, null] } },
      errorCode: 'Refused',
      additionalEventData: {
        scope: 'audit',
        severity: 'INFO',
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        attributes: { order: 7 },
        resource: { 'service.name': 'orders', 'service.namespace': 'shop' },
      },
    });
  });

  it('are known again by their uid, else by all that they say', () => {
    const ids = (...changes: object[]) =>
      read(kind, encoded(kind, ...changes)).map((record) => {
        const { read: activity } = logActivity(record, CHANNEL, NOW);
        return isFailure(activity) ? activity.errorMessage : activity.id;
      });
    const [one, same, later, other] = ids({}, {}, { hrTime: [1_795_953_700, 0] }, { body: 'x' });
    expect(same).toBe(one);
    expect(new Set([one, later, other]).size).toBe(3);
    const [named, again] = ids(
      { attributes: { 'log.record.uid': 'u1' } },
      { attributes: { 'log.record.uid': 'u1' }, body: 'x' },
    );
    expect(again).toBe(named);
  });

  it('without an event name are no events', () => {
    const [record] = read(kind, encoded(kind, { eventName: undefined }));
    expect(logActivity(record!, CHANNEL, NOW).read).toMatchObject({ errorCode: 'FieldNotFound' });
  });
});

describe('the two encodings', () => {
  it('say the same', () => {
    const changes = [{}, { body: 'text', attributes: {} }, { body: -5 }, { body: [1, 'a', { b: 1e300 }] }];
    expect(read('json', encoded('json', ...changes))).toEqual(
      read('protobuf', encoded('protobuf', ...changes)),
    );
  });
});

describe('bytes that are no OTLP', () => {
  const deep = (levels: number): Uint8Array => {
    let value = messageOf([[1, 'x']]);
    for (let n = 0; n < levels; n++) value = messageOf([[5, messageOf([[1, value]])]]);
    return messageOf([[1, messageOf([[2, messageOf([[2, messageOf([[5, value]])]])]])]]);
  };
  it.each([
    ['a length beyond the end', Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['a number without an end', new Uint8Array(20).fill(0xff)],
    ['the field 0', Uint8Array.of(0x00)],
    ['a group', Uint8Array.of(0x0b)],
    [
      'text that is not UTF-8',
      messageOf([[1, messageOf([[2, messageOf([[2, messageOf([[12, Uint8Array.of(0xff)]])]])]])]]),
    ],
    ['values 5,000 deep', deep(5000)],
  ])('are refused: %s', (_what, bytes) => {
    expect(() => readProtobuf(bytes)).toThrow(MalformedOtlp);
  });

  it('are refused or read, whatever they are', () => {
    const good = encoded('protobuf', {}, {});
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let n = 0; n < 3000; n++) {
      const bytes = Uint8Array.from(good);
      for (let k = 0; k < 1 + random(4); k++) bytes[random(bytes.length)] = random(256);
      try {
        readProtobuf(bytes.subarray(0, random(bytes.length + 1)));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedOtlp);
      }
    }
  });

  it.each(['', '[]', '{"resourceLogs":{}}', '{"resourceLogs":[1]}', `${'{"resourceLogs":['.repeat(3)}`])(
    'are refused in JSON: %s',
    (text) => expect(() => readJson(Buffer.from(text))).toThrow(MalformedOtlp),
  );
});
