import { describe, expect, it } from 'vitest';

import { createClient, type ClientDeps } from './client.ts';
import { ApiError, isNotPermitted, missingAction } from './errors.ts';

const credentials = { accessKeyId: 'ASIAX', secretAccessKey: 's', sessionToken: 't' };

describe('createClient', () => {
  it('posts the operation as JSON 1.1 with a signature for cloudtrail', async () => {
    const { client, sent } = clientAnswering(json(200, { Events: [] }));
    await client.cloudtrail('LookupEvents', { Scope: 'all' });
    expect(sent[0]?.url).toBe('http://h:4680/');
    expect(sent[0]?.headers['x-amz-target']).toMatch(/CloudTrail_20131101\.LookupEvents$/);
    expect(sent[0]?.headers['authorization']).toContain('/eu-west-1/cloudtrail/aws4_request');
    expect(sent[0]?.body).toBe('{"Scope":"all"}');
  });

  it('names the hash of a body under /_, which the signature is checked by', async () => {
    const { client, sent } = clientAnswering(json(200, {}));
    await client.own({ method: 'POST', path: '/_signin' });
    expect(sent[0]?.headers['x-amz-content-sha256']).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(sent[0]?.headers['authorization']).toContain('/opentrail/aws4_request');
  });

  it('rejects with the AWS code and message of the answer', async () => {
    const body = { __type: 'com.amazonaws.cloudtrail#InvalidTimeRangeException', Message: 'start after end' };
    const { client } = clientAnswering(json(400, body));
    const error = await client.cloudtrail('LookupEvents', {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'InvalidTimeRangeException',
      message: 'start after end',
      status: 400,
    });
  });

  it('says when the server no longer takes the session', async () => {
    let told: ApiError | undefined;
    const { client } = clientAnswering(json(403, { __type: 'ExpiredTokenException' }), {
      onSessionOver: (error) => (told = error),
    });
    await expect(client.cloudtrail('LookupEvents', {})).rejects.toThrow();
    expect(told?.code).toBe('ExpiredTokenException');
  });

  it('signs again with the time of the server when its own clock is off', async () => {
    const skewed = json(403, { __type: 'InvalidSignatureException', message: 'Signature expired: 2026…' });
    const answers = [skewed, json(200, { Events: [] })];
    const { client, sent } = clientAnswering(answers);
    await client.cloudtrail('LookupEvents', {});
    expect(sent[0]?.headers['x-amz-date']).toBe('20260102T030405Z');
    expect(sent[1]?.headers['x-amz-date']).toBe('20260102T090000Z');
  });

  it('calls a server that cannot be reached unreachable', async () => {
    const { client } = clientAnswering([], { fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
    await expect(client.cloudtrail('LookupEvents', {})).rejects.toMatchObject({ code: 'Unreachable' });
  });
});

describe('missingAction', () => {
  it('finds the action that the policy lacks', () => {
    const message =
      'User: arn:aws:iam::1:user/bob is not authorized to perform: opentrail:AllAccounts on resource: *';
    expect(missingAction(new ApiError({ code: 'AccessDeniedException', message, status: 400 }))).toBe(
      'opentrail:AllAccounts',
    );
  });

  it('writes it as policies do where SNS does not', () => {
    const message = 'User: bob is not authorized to perform: SNS:ListTopics on resource: *';
    const error = new ApiError({ code: 'AuthorizationError', message, status: 403 });
    expect(isNotPermitted(error)).toBe(true);
    expect(missingAction(error)).toBe('sns:ListTopics');
  });
});

type Sent = { readonly url: string; readonly headers: Record<string, string>; readonly body: unknown };

function clientAnswering(answers: Response | readonly Response[], more: Partial<ClientDeps> = {}) {
  const queue = Array.isArray(answers) ? [...(answers as Response[])] : [answers as Response];
  const sent: Sent[] = [];
  const client = createClient({
    origin: 'http://h:4680',
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    caller: () => ({ credentials, region: 'eu-west-1' }),
    fetch: (url, init) => {
      sent.push({ url: String(url), headers: init?.headers as Record<string, string>, body: init?.body });
      return Promise.resolve(queue.shift() ?? json(500, {}));
    },
    ...more,
  });
  return { client, sent };
}

function json(status: number, body: object): Response {
  const headers = { date: 'Fri, 02 Jan 2026 09:00:00 GMT' };
  return new Response(JSON.stringify(body), { status, headers });
}
