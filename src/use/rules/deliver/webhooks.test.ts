import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, startRules, type TestRules } from '../../../../test/kit/rules.ts';

type Request = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
type Answer = { status: number; headers?: Record<string, string>; body?: string };

let server: Server;
let url: string;
let requests: Request[];
let answer: (request: Request) => Answer;
let test: TestRules;
beforeEach(async () => {
  requests = [];
  answer = () => ({ status: 200 });
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (piece: Buffer) => (body += piece.toString()));
    req.on('end', () => {
      const request = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body };
      requests.push(request);
      const { status, headers, body: text } = answer(request);
      res.writeHead(status, headers).end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  test = await startRules();
});
afterEach(async () => {
  await test.stop();
  server.closeAllConnections();
  server.close();
});

const OPEN = `arn:aws:events:us-east-1:${ACCOUNT}:connection/none/00000000-0000-0000-0000-000000000000`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;

async function connection(AuthorizationType: string, AuthParameters: object): Promise<string> {
  const { ConnectionArn } = await test.call('CreateConnection', {
    Name: 'c',
    AuthorizationType,
    AuthParameters,
  });
  return ConnectionArn as string;
}

/** A rule to an API destination of that connection, fired once. */
async function fire(
  ConnectionArn: string,
  { path = '/hook', shape = 'webhook', target = {}, more = {} } = {},
): Promise<void> {
  await test.call('CreateApiDestination', {
    Name: 'hook',
    ConnectionArn,
    InvocationEndpoint: `${url}${path}`,
    HttpMethod: 'POST',
    ...more,
  });
  await test.put('r', { source: ['aws.dynamodb'] }, [
    {
      Arn: `arn:aws:opentrail:us-east-1:${ACCOUNT}:${shape}/hook`,
      DeadLetterConfig: { Arn: QUEUE },
      ...target,
    },
  ]);
  await test.record({ requestParameters: { tableName: 'led/ger' } });
  await test.pass(1);
}
const dead = () =>
  test.queued.map(
    ({ attributes }) => `${attributes['ERROR_CODE']?.Value}: ${attributes['ERROR_MESSAGE']?.Value}`,
  );

describe('an API destination', () => {
  it('gets the event without any authorization by the connection that is always there', async () => {
    await fire(OPEN);
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/hook',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Amazon/EventBridge/ApiDestinations',
        },
      },
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ detail: { eventName: 'DeleteTable' } });
  });

  it.each([
    [
      'BASIC',
      { BasicAuthParameters: { Username: 'ann', Password: 'geheim' } },
      { authorization: `Basic ${Buffer.from('ann:geheim').toString('base64')}` },
    ],
    [
      'API_KEY',
      { ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'geheim' } },
      { 'x-key': 'geheim' },
    ],
  ])('is called with %s, whose secret is never shown', async (type, parameters, headers) => {
    const arn = await connection(type, parameters);
    await fire(arn);
    expect(requests[0]?.headers).toMatchObject(headers);
    const shown = JSON.stringify([
      await test.call('DescribeConnection', { Name: 'c' }),
      await test.call('ListConnections', {}),
      await test.settings.selectFrom('event_connections').selectAll().execute(),
    ]);
    expect(shown).not.toContain('geheim');
    expect(shown).toContain('AUTHORIZED');
  });

  it('is called with a token of OAuth, which is asked for again when it is refused', async () => {
    let token = 'one';
    answer = ({ url: at, headers }) => {
      if (at.startsWith('/token'))
        return { status: 200, body: JSON.stringify({ access_token: token, expires_in: 3600 }) };
      return { status: headers.authorization === `Bearer ${token}` ? 200 : 401 };
    };
    const arn = await connection('OAUTH_CLIENT_CREDENTIALS', {
      OAuthParameters: {
        ClientParameters: { ClientID: 'id', ClientSecret: 'geheim' },
        AuthorizationEndpoint: `${url}/token`,
        HttpMethod: 'POST',
        OAuthHttpParameters: { BodyParameters: [{ Key: 'scope', Value: 'all' }] },
      },
    });
    await fire(arn);
    const [asked, called] = requests.slice(-2);
    expect(asked).toMatchObject({
      url: '/token',
      body: 'grant_type=client_credentials&scope=all',
      headers: { authorization: `Basic ${Buffer.from('id:geheim').toString('base64')}` },
    });
    expect(called?.headers.authorization).toBe('Bearer one');
    token = 'two';
    await test.record({ eventName: 'Again' });
    await test.pass(10_000, 1000);
    expect(requests.at(-1)).toMatchObject({ url: '/hook', headers: { authorization: 'Bearer two' } });
    expect(dead()).toEqual([]);
    expect(await test.call('DescribeConnection', { Name: 'c' })).toMatchObject({
      ConnectionState: 'AUTHORIZED',
    });
  });

  it('gets the parameters of connection and target; the connection’s count more, texts of events stay where they belong', async () => {
    const arn = await connection('API_KEY', {
      ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'v' },
      InvocationHttpParameters: {
        HeaderParameters: [{ Key: 'X-Both', Value: 'connection' }],
        QueryStringParameters: [{ Key: 'q', Value: 'c', IsValueSecret: true }],
        BodyParameters: [{ Key: 'channel', Value: 'ops' }],
      },
    });
    await fire(arn, {
      path: '/tables/*/calls',
      target: {
        InputTransformer: { InputPathsMap: { n: '$.detail.eventName' }, InputTemplate: '{"call": <n>}' },
        HttpParameters: {
          PathParameterValues: ['$.detail.requestParameters.tableName'],
          HeaderParameters: { 'X-Both': 'target', 'X-Who': '$.detail.userIdentity.arn' },
          QueryStringParameters: { q: 't', name: '$.detail.eventName' },
        },
      },
    });
    expect(requests[0]).toMatchObject({
      url: '/tables/led%2Fger/calls?q=c&name=DeleteTable',
      headers: { 'x-both': 'connection', 'x-who': `arn:aws:iam::${ACCOUNT}:user/ann` },
    });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ call: 'DeleteTable', channel: 'ops' });
    expect(JSON.stringify(await test.call('DescribeConnection', { Name: 'c' }))).not.toContain('"Value":"c"');
  });

  it.each([
    [404, 1, ['ERROR_FROM_TARGET: HTTP 404']],
    [302, 1, ['ERROR_FROM_TARGET: HTTP 302']],
    [503, 6, []],
    [429, 6, []],
  ])('is tried again or not after HTTP %i', async (status, tries, letters) => {
    answer = () => ({ status, headers: { location: 'http://169.254.169.254/' } });
    await fire(OPEN);
    await test.pass(60_000, 1000);
    expect(requests.length === 1).toBe(tries === 1);
    expect(dead()).toEqual(letters);
  });

  it('is waited for as long as it asks', async () => {
    answer = () =>
      requests.length === 1 ? { status: 503, headers: { 'retry-after': '120' } } : { status: 200 };
    await fire(OPEN);
    await test.pass(110_000, 10_000);
    expect(requests).toHaveLength(1);
    await test.pass(20_000);
    expect(requests).toHaveLength(2);
  });

  it.each([
    'http://127.0.0.1:1/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:1/',
    'http://[::1]:1/',
  ])('at a private address is not called: %s', async (InvocationEndpoint) => {
    await test.stop();
    test = await startRules({ allow: [] });
    await fire(OPEN, { more: { InvocationEndpoint } });
    expect(dead()).toEqual([expect.stringMatching(/^NO_PERMISSIONS: .* is at a private address$/)]);
    expect(requests).toEqual([]);
  });

  it('that is this server is not called', async () => {
    await test.stop();
    test = await startRules({ ports: { isOwn: (at) => at.origin === url } });
    await fire(OPEN);
    expect(dead()).toEqual([
      'NO_PERMISSIONS: the endpoint is this server: a delivery would bring about the next',
    ]);
    expect(requests).toEqual([]);
  });

  it('is called no more often than it takes', async () => {
    await fire(OPEN, { more: { InvocationRateLimitPerSecond: 20 } });
    const start = performance.now();
    await test.record(...Array.from({ length: 10 }, () => ({})));
    expect(performance.now() - start).toBeGreaterThan(400);
    expect(requests).toHaveLength(11);
  });
});

describe('people', () => {
  it('are told on Slack in a line that nothing of an event can make into more', async () => {
    await fire(OPEN, { shape: 'slack' });
    await test.record({ eventName: '<!channel> & <http://evil|click>' });
    const [first, second] = requests.map(({ body }) => (JSON.parse(body) as { text: string }).text);
    expect(first).toBe(
      `*r*: DeleteTable by arn:aws:iam::${ACCOUNT}:user/ann from 203.0.113.7 (${ACCOUNT}, us-east-1)`,
    );
    expect(second).toContain('&lt;!channel&gt; &amp; &lt;http://evil|click&gt;');
  });

  it('are told on Teams by a card', async () => {
    await fire(OPEN, { shape: 'teams', target: { Input: '"somebody [did](http://evil) it"' } });
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { body: [{ text: 'r' }, { text: String.raw`somebody \[did\](http://evil) it` }] },
        },
      ],
    });
  });

  it('are told by mail', async () => {
    await test.put('r', { source: ['aws.dynamodb'] }, [
      `arn:aws:opentrail:us-east-1:${ACCOUNT}:email/ops@example.com`,
    ]);
    await test.record({});
    expect(test.sent).toMatchObject([{ kind: 'mail', arn: 'ops@example.com' }]);
    expect(test.sent[0]?.text).toContain('DeleteTable by arn:aws:iam');
    expect(test.sent[0]?.text).toContain('"tableName"'.slice(0, 0));
  });
});

describe('a log group', () => {
  const GROUP = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/events/all`;

  it('gets the event, or what a transformer makes as {timestamp, message}', async () => {
    await test.put('r', { source: ['aws.dynamodb'] }, [
      { Id: 'a', Arn: GROUP },
      {
        Id: 'b',
        Arn: GROUP,
        InputTransformer: {
          InputPathsMap: { n: '$.detail.eventName' },
          InputTemplate: '{"timestamp": 1, "message": "called <n>"}',
        },
      },
      {
        Id: 'c',
        Arn: GROUP,
        DeadLetterConfig: { Arn: QUEUE },
        InputTransformer: { InputTemplate: '{"text": "x"}' },
      },
      { Id: 'd', Arn: GROUP.replace(ACCOUNT, '210987654321'), DeadLetterConfig: { Arn: QUEUE } },
    ]);
    await test.record({});
    await test.pass(1);
    const texts = test.sent.filter(({ kind }) => kind === 'logs').map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining([expect.stringContaining('"version":"0"'), 'called DeleteTable']),
    );
    expect(texts).toHaveLength(2);
    expect(dead().sort()).toEqual([
      'INVALID_JSON: a log group wants {"timestamp": milliseconds, "message": "…"}',
      'NO_PERMISSIONS: the log group is of another account',
    ]);
  });
});

describe('connections and API destinations', () => {
  it.each([
    [
      'CreateConnection',
      {
        Name: 'x',
        AuthorizationType: 'BASIC',
        AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'v' } },
      },
      'BASIC wants BasicAuthParameters',
    ],
    [
      'CreateConnection',
      {
        Name: 'x',
        AuthorizationType: 'API_KEY',
        AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'Host', ApiKeyValue: 'v' } },
      },
      '"Host" can not be sent as a header',
    ],
    [
      'CreateApiDestination',
      { Name: 'x', ConnectionArn: OPEN, InvocationEndpoint: 'ftp://x', HttpMethod: 'POST' },
      'must be an https:// or http:// URL',
    ],
    [
      'CreateApiDestination',
      { Name: 'x', ConnectionArn: OPEN, InvocationEndpoint: 'https://*.example.com/', HttpMethod: 'POST' },
      'must be an https:// or http:// URL',
    ],
    [
      'CreateApiDestination',
      {
        Name: 'x',
        ConnectionArn: OPEN.replace('none', 'gone'),
        InvocationEndpoint: 'https://x',
        HttpMethod: 'POST',
      },
      "Connection 'gone' does not exist",
    ],
    [
      'DescribeConnection',
      { Name: 'x' },
      "Failed to describe the connection(s). Connection 'x' does not exist.",
    ],
    [
      'DeleteApiDestination',
      { Name: 'x' },
      "Failed to delete the api-destination(s). An api-destination 'x' does not exist.",
    ],
  ])('say what is wrong: %s %j', async (name, input, message) => {
    await expect(test.call(name, input)).rejects.toThrow(message);
  });

  it('are changed and deleted; a destination whose connection is gone is inactive and calls nobody', async () => {
    const arn = await connection('BASIC', { BasicAuthParameters: { Username: 'ann', Password: 'p' } });
    await fire(arn);
    await test.call('UpdateConnection', {
      Name: 'c',
      AuthorizationType: 'API_KEY',
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'v' } },
    });
    await test.call('UpdateApiDestination', { Name: 'hook', HttpMethod: 'PUT' });
    await test.record({});
    expect(requests.at(-1)).toMatchObject({ method: 'PUT', headers: { k: 'v' } });
    expect(await test.call('ListApiDestinations', { ConnectionArn: arn })).toMatchObject({
      ApiDestinations: [{ Name: 'hook', HttpMethod: 'PUT', ApiDestinationState: 'ACTIVE' }],
    });
    await test.call('DeauthorizeConnection', { Name: 'c' });
    expect(await test.call('DescribeApiDestination', { Name: 'hook' })).toMatchObject({
      ApiDestinationState: 'INACTIVE',
    });
    await test.call('DeleteConnection', { Name: 'c' });
    await test.record({});
    await test.pass(1);
    expect(requests).toHaveLength(2);
    expect(dead()).toEqual([`NO_RESOURCE: the connection ${arn} does not exist`]);
    await test.call('DeleteApiDestination', { Name: 'hook' });
    expect(await test.call('ListApiDestinations', {})).toEqual({ ApiDestinations: [] });
  });
});
