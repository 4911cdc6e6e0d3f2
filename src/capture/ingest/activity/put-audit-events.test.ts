import { hash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { callContext, errorOf } from '../../../../test/kit/trail-setup.ts';
import { OpentrailError } from '../../../base/errors.ts';
import { createLogger } from '../../../base/log.ts';
import { putAuditEvents } from './put-audit-events.ts';
import { createTakeActivities, type ActivityRecord } from './take-activities.ts';

const ACCOUNT = '123456789012';
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:channel/11111111-2222-3333-4444-555555555555`;
const NOW = Date.parse('2026-11-29T12:00:00Z');
const EVENT = {
  version: '1.0',
  userIdentity: { type: 'User', principalId: 'alice', details: { team: 'a' } },
  eventSource: 'orders.example.com',
  eventName: 'CancelOrder',
  eventTime: '2026-11-29T11:59:00Z',
  UID: 'u-1',
  recipientAccountId: ACCOUNT,
};

type Json = Record<string, unknown>;
type Answer = {
  successful: { id: string; eventID: string }[];
  failed: { id: string; errorCode: string; errorMessage: string }[];
};

function setup(given: { policy?: Json; stored?: readonly string[]; unstored?: readonly string[] } = {}) {
  const accepted: ActivityRecord[] = [];
  const refused: string[] = [];
  const counts: Record<string, number> = {};
  const control = { full: false, gate: Promise.resolve() };
  const take = createTakeActivities({
    accept: async (records) => {
      await control.gate;
      if (control.full) throw new OpentrailError('JOURNAL_FULL', 'full');
      accepted.push(...records);
    },
    existing: async ({ ids }) => new Set(ids.filter((id) => given.stored?.includes(id))),
    unstored: async () => given.unstored ?? [],
    attempted: () => undefined,
    count: (outcome, count) => void (counts[outcome] = (counts[outcome] ?? 0) + count),
    clock: { now: () => NOW },
    log: createLogger('silent'),
  });
  const operation = putAuditEvents({
    channel: (arn) => (arn === ARN ? { arn, account: ACCOUNT, region: 'us-east-1' } : undefined),
    policyOf: async () => given.policy,
    take,
    refused: (_channel, failures) => void refused.push(...failures.map(({ errorCode }) => errorCode)),
  });
  const put = async (auditEvents: unknown, more: Json = {}): Promise<Answer> => {
    const input = { channelArn: ARN, auditEvents, ...more };
    return (await operation.handle(input, callContext({}))).output as unknown as Answer;
  };
  return { put, accepted, refused, counts, control };
}

const entry = (id: string, change: Json = {}) => ({ id, eventData: JSON.stringify({ ...EVENT, ...change }) });

describe('PutAuditEvents', () => {
  it('makes records of the documented shape, with the sender known by its id', async () => {
    const { put, accepted } = setup();
    const { successful, failed } = await put([entry('one'), entry('two')]);
    expect(failed).toEqual([]);
    expect(successful.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(JSON.parse(Buffer.from(accepted[0]!.raw).toString())).toEqual({
      eventVersion: '1.11',
      eventCategory: 'ActivityAuditLog',
      eventType: 'ActivityLog',
      eventID: successful[0]!.eventID,
      eventTime: '2026-11-29T11:59:00Z',
      awsRegion: 'us-east-1',
      recipientAccountId: ACCOUNT,
      metadata: { ingestionTime: '2026-11-29T12:00:00Z', channelARN: ARN },
      eventData: EVENT,
    });
  });

  it.each([
    ['InvalidData', 'is not JSON', { id: 'x', eventData: '{' }],
    ['InvalidData', 'not a JSON object', { id: 'x', eventData: '[]' }],
    ['InvalidData', 'nested', { id: 'x', eventData: `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}` }],
    ['InvalidData', 'eventTime', entry('x', { eventTime: 'yesterday' })],
    ['InvalidData', 'eventTime', entry('x', { eventTime: '2300-01-01T00:00:00Z' })],
    ['InvalidData', 'eventName must be a string', entry('x', { eventName: 7 })],
    ['InvalidData', 'requestParameters must be an object', entry('x', { requestParameters: [] })],
    ['FieldNotFound', 'UID', entry('x', { UID: undefined })],
    ['FieldNotFound', 'version', entry('x', { version: '' })],
    ['FieldNotFound', 'userIdentity is missing', entry('x', { userIdentity: null })],
    ['FieldNotFound', 'userIdentity.principalId', entry('x', { userIdentity: { type: 'User' } })],
    ['FieldTooLong', 'eventName', entry('x', { eventName: 'n'.repeat(1025) })],
    ['FieldTooLong', 'requestParameters', entry('x', { requestParameters: { a: 'ä'.repeat(60_000) } })],
    ['FieldTooLong', 'additionalEventData', entry('x', { additionalEventData: { a: 'a'.repeat(30_000) } })],
    ['InvalidRecipient', '210987654321', entry('x', { recipientAccountId: '210987654321' })],
    ['InvalidEventSource', 'iam.amazonaws.com', entry('x', { eventSource: 'iam.amazonaws.com' })],
    ['InvalidChecksum', 'SHA-256', { ...entry('x'), eventDataChecksum: hash('sha256', 'other', 'base64') }],
  ])('fails an event with %s (%s), and takes the others', async (code, part, bad) => {
    const { put, accepted, refused } = setup();
    const { successful, failed } = await put([entry('good'), bad]);
    expect(successful).toHaveLength(1);
    expect(failed).toMatchObject([{ id: 'x', errorCode: code, errorMessage: expect.stringContaining(part) }]);
    expect(accepted).toHaveLength(1);
    expect(refused).toEqual([code]);
  });

  it.each([
    ['ValidationException', []],
    ['ValidationException', undefined],
    ['ValidationException', Array.from({ length: 101 }, (_, n) => entry(`e${n}`))],
    ['ValidationException', [entry('a b')]],
    ['ValidationException', [{ id: 'x' }]],
    ['ValidationException', Array.from({ length: 12 }, (_, n) => entry(`e${n}`, { x: 'x'.repeat(90_000) }))],
    ['DuplicatedAuditEventId', [entry('a'), entry('a')]],
  ])('refuses the request with %s: %#', async (code, events) => {
    const { put, accepted } = setup();
    expect((await errorOf(put(events)))?.code).toBe(code);
    expect(accepted).toEqual([]);
  });

  it.each([
    ['InvalidChannelARN', 'mine'],
    ['InvalidChannelARN', 'arn:aws:cloudtrail:us-east-1:123456789012:trail/x'],
    ['ChannelNotFound', ARN.replace('1111', '9999')],
    ['ChannelNotFound', '99991111-2222-3333-4444-555555555555'],
  ])('answers %s to %s', async (code, channelArn) => {
    expect((await errorOf(setup().put([entry('a')], { channelArn })))?.code).toBe(code);
  });

  it('takes the id of a channel for its ARN', async () => {
    const { successful } = await setup().put([entry('a')], { channelArn: ARN.split('/')[1] });
    expect(successful).toHaveLength(1);
  });

  it('checks the checksum that is given', async () => {
    const event = entry('a');
    const eventDataChecksum = hash('sha256', event.eventData, 'base64');
    expect((await setup().put([{ ...event, eventDataChecksum }])).successful).toHaveLength(1);
  });

  it('asks for the external id that the policy names', async () => {
    const Condition = { StringEquals: { 'cloudtrail:ExternalId': 'secret-1' } };
    const { put } = setup({ policy: { Statement: [{ Condition }] } });
    expect((await errorOf(put([entry('a')])))?.code).toBe('ChannelInsufficientPermission');
    expect((await errorOf(put([entry('a')], { externalId: 'other' })))?.code).toBe(
      'ChannelInsufficientPermission',
    );
    expect((await put([entry('a')], { externalId: 'secret-1' })).successful).toHaveLength(1);
  });

  it('says of each event that it could not be stored, and takes it when it comes again', async () => {
    const { put, accepted, control } = setup();
    control.full = true;
    expect((await put([entry('a')])).failed).toMatchObject([{ id: 'a', errorCode: 'InternalFailure' }]);
    control.full = false;
    expect((await put([entry('a')])).successful).toHaveLength(1);
    expect(accepted).toHaveLength(1);
  });
});

describe('an event that comes again', () => {
  it('is answered alike and recorded once', async () => {
    const { put, accepted, counts } = setup();
    const first = await put([entry('a'), entry('b')]);
    const second = await put([entry('b'), entry('c')]);
    expect(second.successful[0]).toEqual(first.successful[1]);
    expect(accepted).toHaveLength(3);
    expect(counts).toEqual({ recorded: 3, duplicate: 1 });
  });

  it('is recorded once while the first is under way, and fails with it', async () => {
    const { put, accepted, control } = setup();
    const opened = Promise.withResolvers<void>();
    control.gate = opened.promise;
    control.full = true;
    const failing = [put([entry('a')]), put([entry('a')])];
    opened.resolve();
    for (const { failed } of await Promise.all(failing)) expect(failed).toHaveLength(1);
    control.full = false;
    const both = await Promise.all([put([entry('a')]), put([entry('a')])]);
    for (const { successful } of both) expect(successful).toHaveLength(1);
    expect(accepted).toHaveLength(1);
  });

  it('is known after a restart: from the event store, and from what is on its way there', async () => {
    const { successful } = await setup().put([entry('a'), entry('b')]);
    const [a = '', b = ''] = successful.map(({ eventID }) => eventID);
    const { put, accepted } = setup({ stored: [a], unstored: [b] });
    expect((await put([entry('a'), entry('b'), entry('c')])).successful).toHaveLength(3);
    expect(accepted).toHaveLength(1);
  });
});
