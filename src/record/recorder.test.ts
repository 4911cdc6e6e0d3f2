import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { beforeAll, describe, expect, it } from 'vitest';

import { createModels } from '../aws/models/index.ts';
import type { CallerIdentity, CapturedCall, IncomingCall } from '../capture/captured-call.ts';
import { columnsOf } from './columns.ts';
import type { Recorder } from './contract.ts';
import type { EventRecord } from './event-record.ts';
import { createRecorder } from './recorder.ts';
import { parseRecords } from './slice-records.ts';

type CaseCall = {
  service: string;
  operation: string;
  protocol: CapturedCall['named']['protocol'];
  region?: string;
  accessKeyId?: string | null;
  auth?: 'header' | 'presigned' | 'none';
  method?: string;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
  bodyBytes?: number;
  noBody?: boolean;
  status?: number;
  answer?: string;
  answerHeaders?: Record<string, string>;
  noAnswer?: boolean;
  outcome?: CapturedCall['outcome'];
  servedBy?: CapturedCall['servedBy'];
  failure?: string;
  tls?: CapturedCall['tls'];
  overrides?: Record<string, unknown>;
  caller?: CallerIdentity;
};
type Case = {
  does: string;
  call: CaseCall;
  record: Record<string, unknown>;
  /** Members that the record must not have. */
  without?: string[];
  lookup?: string[];
  username?: string;
};

const ANN: CallerIdentity = {
  type: 'IAMUser',
  principalId: 'AIDAANN',
  arn: 'arn:aws:iam::123456789012:user/ann',
  accountId: '123456789012',
  accessKeyId: 'AKIAANN',
  userName: 'ann',
};

const learned = new Map<string, CallerIdentity>();
let recorder: Recorder;

beforeAll(() => {
  recorder = createRecorder({
    models: createModels(),
    identities: {
      identify: (key) => (key === 'AKIAANN' ? ANN : learned.get(key)),
      learnKey: (key, identity) => void learned.set(key, identity),
      learnPrincipal: () => undefined,
      principal: () => undefined,
      foreign: () => undefined,
    },
    defaultAccount: '123456789012',
  });
});

function incoming(one: CaseCall): IncomingCall {
  const body = one.noBody === true ? undefined : Buffer.from(one.body ?? '');
  return {
    eventId: 'cc6a1c4d-9c6a-4b13-a7f5-3c0f4a2e5a11',
    startedAt: Date.UTC(2026, 10, 21, 0, 40, 15),
    named: {
      service: one.service,
      eventSource: `${one.service}.amazonaws.com`,
      operation: one.operation,
      protocol: one.protocol,
      region: one.region ?? 'us-east-1',
      accessKeyId: one.accessKeyId === null ? undefined : (one.accessKeyId ?? 'AKIAANN'),
      sessionToken: undefined,
      auth: one.auth ?? 'header',
      evidence: 'test',
    },
    sourceIp: '10.0.0.1',
    tls: one.tls,
    request: {
      method: one.method ?? 'POST',
      path: one.path ?? '/',
      query: one.query ?? '',
      headers: { host: '127.0.0.1:4680', 'user-agent': 'Boto3/1.26.165', ...one.headers },
      body,
      bodyBytes: one.bodyBytes ?? body?.length ?? 0,
    },
  };
}

function captured(one: CaseCall): CapturedCall {
  const answer = Buffer.from(one.answer ?? '');
  return {
    ...incoming(one),
    completedAt: Date.UTC(2026, 10, 21, 0, 40, 16, 900),
    outcome: one.outcome ?? 'allowed',
    response:
      one.noAnswer === true
        ? undefined
        : {
            status: one.status ?? 200,
            headers: one.answerHeaders ?? {},
            body: answer,
            bodyBytes: answer.length,
          },
    servedBy: one.servedBy ?? 'upstream',
    caller: one.caller,
    failure: one.failure,
    overrides: one.overrides,
  };
}

const parse = (event: EventRecord) =>
  JSON.parse(Buffer.from(event.raw).toString('utf8')) as Record<string, unknown>;

const caseFiles = globSync('test/cases/record/*.json').sort();

describe.each(caseFiles)('records of %s', (file) => {
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

  it.each(cases)('$does', async ({ call, record, without = [], lookup, username }) => {
    const event = await recorder.build(captured(call));
    expect(parse(event)).toMatchObject(record);
    for (const member of without) expect(parse(event)).not.toHaveProperty(member);
    expect(Buffer.from(event.raw).toString('utf8')).not.toMatch(/secret-value|c2VjcmV0LXZhbHVl/);
    expect(event.columns).toEqual(columnsOf(parse(event)));
    if (lookup !== undefined)
      expect(event.columns.resources.map(({ type, name }) => `${type} ${name}`)).toEqual(lookup);
    if (username !== undefined) expect(event.columns.username).toBe(username);
  });
});

const READ: CaseCall = {
  service: 'iam',
  operation: 'ListUsers',
  protocol: 'query',
  body: 'Action=ListUsers',
  answer: '<x/>',
  answerHeaders: { 'x-amzn-requestid': 'r-1' },
};

describe('every record', () => {
  it('has the keys and values that any call has, in the order of real records', async () => {
    const record = parse(await recorder.build(captured(READ)));
    expect(record).toEqual({
      eventVersion: '1.11',
      userIdentity: ANN,
      eventTime: '2026-11-21T00:40:16Z',
      eventSource: 'iam.amazonaws.com',
      eventName: 'ListUsers',
      awsRegion: 'us-east-1',
      sourceIPAddress: '10.0.0.1',
      userAgent: 'Boto3/1.26.165',
      requestParameters: null,
      responseElements: null,
      requestID: 'r-1',
      eventID: 'cc6a1c4d-9c6a-4b13-a7f5-3c0f4a2e5a11',
      readOnly: true,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '123456789012',
      eventCategory: 'Management',
    });
  });

  it.skipIf(!existsSync('../shared/vectors/records'))(
    'orders its keys as the delivered files do',
    async () => {
      const order = new Map<string, number>();
      const before = new Set<string>();
      for (const file of globSync('../shared/vectors/records/invictus/**/*.json.gz')) {
        for (const one of parseRecords(gunzipSync(readFileSync(file)))) {
          const keys = 'record' in one ? Object.keys(one.record) : [];
          keys.forEach((key, index) =>
            keys.slice(index + 1).forEach((later) => before.add(`${key} ${later}`)),
          );
          keys.forEach((key) => order.set(key, 0));
        }
      }
      const full = await recorder.build(
        captured({
          ...READ,
          service: 's3',
          operation: 'GetObject',
          protocol: 'rest-xml',
          path: '/b/k',
          status: 403,
          outcome: 'denied',
          tls: { version: 'TLSv1.3', cipher: 'x' },
          caller: { ...ANN, fromConsole: true },
          overrides: { sharedEventID: 'x', serviceEventDetails: {}, apiVersion: '1' },
        }),
      );
      const keys = Object.keys(parse(full)).filter((key) => order.has(key));
      expect(keys.length).toBeGreaterThan(20);
      keys.forEach((key, index) =>
        keys
          .slice(index + 1)
          .forEach((later) => expect(before.has(`${later} ${key}`), `${key} before ${later}`).toBe(false)),
      );
    },
  );

  it('is built at once when its service is loaded', async () => {
    await recorder.warm(['iam']);
    expect(recorder.build(captured(READ))).not.toBeInstanceOf(Promise);
  });

  it('stays within the size limits, with a marker for what was left out', async () => {
    const tags = Array.from({ length: 4000 }, (_, index) => ({ Key: `key-${index}`, Value: 'x'.repeat(20) }));
    const event = await recorder.build(
      captured({
        service: 'kms',
        operation: 'CreateKey',
        protocol: 'json',
        body: JSON.stringify({ Tags: tags }),
        answer: '{}',
        headers: { 'user-agent': 'é'.repeat(2000) },
      }),
    );
    const record = parse(event);
    expect(record['requestParameters']).toMatchObject({
      omitted: true,
      originalSize: expect.any(Number) as number,
    });
    expect(Buffer.byteLength(record['userAgent'] as string)).toBe(1024);
    expect(event.raw.length).toBeLessThan(256 * 1024);
  });

  it('survives names and bodies made to break it', async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    const hostile: CaseCall[] = [
      { service: '../../etc', operation: '__proto__', protocol: 'json', body: deep },
      {
        service: 'constructor',
        operation: 'constructor',
        protocol: 'query',
        body: '__proto__.x=1&a.__proto__.b=2&constructor=3',
      },
      { service: 'ec2', operation: 'toString', protocol: 'ec2', body: 'Filter.1.__proto__=1&%ZZ=%E0%A4%A' },
      {
        service: 's3',
        operation: 'PutBucketTagging',
        protocol: 'rest-xml',
        path: '/__proto__/%ZZ',
        query: '__proto__=1&%',
        body: '<__proto__><a/></__proto__>',
      },
      { service: 'dynamodb', operation: 'PutItem', protocol: 'json', body: deep },
      {
        service: 'dynamodb',
        operation: 'PutItem',
        protocol: 'json',
        body: '{"__proto__":{"x":1},"Item":{"__proto__":{"S":"y"}}}',
      },
      { service: 'sts', operation: 'AssumeRole', protocol: 'query', body: 'RoleArn=x', answer: '<a><b' },
      { service: 'unknown', operation: 'unknown', protocol: 'unknown', body: '\u0000' },
    ];
    for (const call of hostile) {
      const event = await recorder.build(captured(call));
      expect(parse(event)['eventSource']).toBe(`${call.service}.amazonaws.com`);
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('an intent', () => {
  it('stands for the call if nothing more is ever known', () => {
    const event = recorder.buildIntent(
      incoming({ service: 'iam', operation: 'CreateUser', protocol: 'query', noBody: true, bodyBytes: 50 }),
    );
    expect(parse(event)).toMatchObject({
      eventName: 'CreateUser',
      eventTime: '2026-11-21T00:40:15Z',
      readOnly: false,
      userIdentity: { userName: 'ann' },
      requestParameters: null,
      responseElements: null,
      additionalEventData: { outcome: 'unknown', requestParametersUnavailable: expect.any(String) as string },
    });
    expect(parse(event)).not.toHaveProperty('errorCode');
  });
});

describe('keys from answers', () => {
  it('are known to the very next call', async () => {
    const answer = `<CreateAccessKeyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateAccessKeyResult><AccessKey><UserName>bob</UserName><AccessKeyId>AKIABOB</AccessKeyId><SecretAccessKey>s</SecretAccessKey></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>`;
    await recorder.build(
      captured({
        service: 'iam',
        operation: 'CreateAccessKey',
        protocol: 'query',
        body: 'Action=CreateAccessKey&UserName=bob',
        answer,
      }),
    );
    expect((await recorder.build(captured({ ...READ, accessKeyId: 'AKIABOB' }))).columns).toMatchObject({
      username: 'bob',
      userArn: 'arn:aws:iam::123456789012:user/bob',
      account: '123456789012',
    });
  });

  it('are not learned from failures or from what Opentrail answers itself', async () => {
    const answer = `<R><CreateAccessKeyResult><AccessKey><UserName>eve</UserName><AccessKeyId>AKIAEVE</AccessKeyId></AccessKey></CreateAccessKeyResult></R>`;
    const call: CaseCall = {
      service: 'iam',
      operation: 'CreateAccessKey',
      protocol: 'query',
      body: 'Action=CreateAccessKey',
      answer,
    };
    await recorder.build(captured({ ...call, status: 403, outcome: 'denied' }));
    await recorder.build({ ...captured(call), servedBy: 'opentrail' });
    expect(learned.has('AKIAEVE')).toBe(false);
  });
});

describe('the kind of a call', () => {
  it.skipIf(!existsSync('../shared/vectors/records'))(
    'is what AWS says of it in all shared records',
    async () => {
      const kinds = new Map<string, boolean>();
      for (const file of globSync('../shared/vectors/records/**/*.{ndjson,json.gz}')) {
        const bytes = readFileSync(file);
        for (const one of parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)) {
          if (
            !('record' in one) ||
            one.record['eventType'] !== 'AwsApiCall' ||
            typeof one.record['readOnly'] !== 'boolean'
          )
            continue;
          const operation = String(one.record['eventName']).replace(/20\d{6}(v\d)?$/, '');
          kinds.set(
            `${String(one.record['eventSource']).split('.')[0]} ${operation} ${String(one.record['eventCategory'])}`,
            one.record['readOnly'],
          );
        }
      }
      expect(kinds.size).toBeGreaterThan(350);
      await recorder.warm([...new Set([...kinds.keys()].map((key) => key.split(' ')[0] as string))]);
      const wrong = [...kinds].filter(([key, readOnly]) => {
        const [service = '', operation = '', category] = key.split(' ');
        const kind = recorder.kindOf({ service, operation });
        return kind.readOnly !== readOnly || (category !== 'undefined' && kind.category !== category);
      });
      expect(wrong).toEqual([]);
    },
  );
});
