import { describe, expect, it } from 'vitest';

import { createModels } from '../../src/aws/models/index.ts';
import { createNamer, type RequestHead } from '../../src/capture/naming/index.ts';
import { compileParameters } from '../../src/record/members/request-parameters.ts';

/** A service that no package describes is named by what the protocol shows, and so are its parameters. */
const namer = createNamer({ models: createModels(), defaultRegion: 'us-east-1' });

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

function read(head: Partial<RequestHead>, text = '') {
  const body = Buffer.from(text);
  const request: RequestHead = {
    method: 'POST',
    path: '/',
    query: '',
    bodyStart: body,
    ...head,
    headers: {
      host: 'localhost:4680',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIA1/20260102/eu-west-1/madeup/aws4_request, SignedHeaders=host, Signature=00',
      ...head.headers,
    },
  };
  const { service, operation, protocol, eventSource } = namer.name(request);
  const write = compileParameters({ service, operation, protocol, model: undefined });
  const { parameters } = write({ ...request, body, bodyBytes: body.length } as never);
  return { eventSource, operation, parameters };
}

const NESTED = {
  A: { B: { C: { D: 'too deep' } } },
  Password: 'p',
  ApiToken: 't',
  NextToken: 'n',
  Name: 'x',
};

describe('a call of a service without a model', () => {
  it.each(['1.0', '1.1'])('by JSON %s', (version) => {
    const headers = {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': 'MadeUp_20260102.CreateThing',
    };
    const call = read({ headers }, JSON.stringify(NESTED));
    expect(call).toMatchObject({ eventSource: 'madeup.amazonaws.com', operation: 'CreateThing' });
    expect(call.parameters).toMatchObject({ name: 'x', nextToken: 'n', password: HIDDEN, apiToken: HIDDEN });
    expect(call.parameters).toHaveProperty('a.b.c');
  });

  it('by JSON shows four levels and hides what is below', () => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'M.CreateThing' };
    const { parameters } = read(
      { headers },
      '{"a":{"b":{"c":{"d":{"e":"secret of the fifth"}}},"x":"shown"}}',
    );
    expect(JSON.stringify(parameters)).not.toContain('secret of the fifth');
    expect(parameters).toMatchObject({ a: { x: 'shown', b: { c: {} } } });
  });

  it('by Query', () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const call = read(
      { headers },
      'Action=CreateThing&Version=2026-01-02&Name=x+y&Tag.1.Key=k&MasterPassword=p',
    );
    expect(call).toMatchObject({ eventSource: 'madeup.amazonaws.com', operation: 'CreateThing' });
    expect(call.parameters).toMatchObject({ name: 'x y', masterPassword: HIDDEN });
    expect(JSON.stringify(call.parameters)).toContain('"k"');
  });

  it('by REST-JSON', () => {
    const query = 'dryRun=true&apiToken=t&X-Amz-Expires=900';
    const call = read({ method: 'PUT', path: '/v1/things/thing-1234', query }, '{"Name":"x","Password":"p"}');
    expect(call).toEqual({
      eventSource: 'madeup.amazonaws.com',
      operation: 'PUT /v1/things/*',
      parameters: { dryRun: 'true', apiToken: HIDDEN, name: 'x', password: HIDDEN },
    });
  });
});
