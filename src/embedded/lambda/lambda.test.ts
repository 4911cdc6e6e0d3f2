import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, OTHER, startLambda, user, writeFiles, type TestLambda } from '../../../test/kit/lambda.ts';
import { errorOf } from '../../../test/kit/trail-setup.ts';

const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:echo`;
const RULE = `arn:aws:events:us-east-1:${ACCOUNT}:rule/all`;
const SOURCE = { service: 'events.amazonaws.com', arn: RULE, accountId: ACCOUNT };

const FILES = {
  'echo.js': `exports.handler = async (event, context) => {
    console.log('got', event);
    return { event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() > 1000, arn: context.invokedFunctionArn };
  };`,
  'module.mjs': `import { hostname } from 'node:os';
    export const handler = async (event, context) => ({ hostname: typeof hostname(), client: context.clientContext });`,
  'callback/index.js': `exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'called'), 10);`,
  'boom.js': `class OddError extends Error { constructor(m) { super(m); this.name = 'OddError'; } }
    exports.handler = async () => { throw new OddError('no luck'); };`,
  'broken.js': `const nothing = ;`,
  'empty.js': `exports.other = 1;`,
  'slow/index.js': `exports.handler = async () => { console.log('begun'); for (;;); };`,
  'slow/function.json': `{ "timeout": 1 }`,
  'exits.js': `exports.handler = async () => process.exit(7);`,
  'late.js': `exports.handler = () => new Promise(() => { setTimeout(() => { throw new Error('afterwards'); }, 10); });`,
  'greedy.js': `exports.handler = async () => { const all = []; for (;;) { all.push(Buffer.alloc(16e6, 1)); await new Promise((done) => setTimeout(done, 20)); } };`,
  'wordy.js': `exports.handler = async () => 'x'.repeat(7e6);`,
  'count.js': `let n = 0; exports.handler = async () => ++n;`,
  'set/index.cjs': `exports.main = async () => ({ env: process.env, more: require('./more.cjs') });`,
  'set/more.cjs': `module.exports = 'beside';`,
  'set/function.json': `{ "handler": "main", "memory": 256, "environment": { "STAGE": "test" }, "description": "says what it sees" }`,
  'nosy.js': `const tried = (what) => { try { what(); return 'did'; } catch (error) { return error.code ?? error.message; } };
    exports.handler = async () => ({
      file: tried(() => require('fs').readFileSync('/etc/passwd')),
      neighbour: tried(() => require('fs').readFileSync(__dirname + '/echo.js')),
      folder: tried(() => require('fs').readdirSync(__dirname)),
      write: tried(() => require('fs').writeFileSync('/tmp/opentrail-nosy', 'x')),
      child: tried(() => require('child_process').execSync('id')),
      worker: tried(() => new (require('worker_threads').Worker)('1', { eval: true })),
      signal: tried(() => process.kill(process.ppid, 'SIGUSR1')),
      imported: tried(() => require('process').kill(process.ppid, 0)),
      debug: tried(() => process._debugProcess(process.ppid)),
      channel: tried(() => process.send({})),
    });`,
};

let test: TestLambda;
beforeAll(async () => {
  test = await startLambda(FILES);
}, 30_000);
afterAll(() => test[Symbol.asyncDispose]());

const invoke = async (FunctionName: string, event: unknown = {}, more: object = {}) => {
  const Payload = Buffer.from(JSON.stringify(event));
  const answer = await test.call('Invoke', { FunctionName, Payload, ...more });
  const payload = answer['Payload'] === undefined ? '' : (answer['Payload'] as Buffer).toString();
  return { ...answer, body: payload === '' ? undefined : (JSON.parse(payload) as Record<string, unknown>) };
};

describe('a function', () => {
  it('answers what its handler returns, and says in its log what it did', async () => {
    const answer = await invoke('echo', { a: [1, 'ü'] }, { LogType: 'Tail' });
    expect(answer).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      body: { event: { a: [1, 'ü'] }, left: true, arn: ARN },
    });
    expect(answer).not.toHaveProperty('FunctionError');
    const id = String(answer.body?.['id']);
    const tail = Buffer.from(String((answer as { LogResult?: string }).LogResult), 'base64').toString();
    const lines = await test.printed('echo', `REPORT RequestId: ${id}`);
    const own = lines.filter((line) => line.includes(id));
    expect(own[0]).toBe(`START RequestId: ${id} Version: $LATEST`);
    expect(own[1]).toMatch(new RegExp(`^\\d{4}-[\\dT:.-]+Z\\t${id}\\tINFO\\tgot { a: \\[ 1, 'ü' \\] }$`));
    expect(own[2]).toBe(`END RequestId: ${id}`);
    expect(own[3]).toMatch(
      /\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t(Max Memory Used: \d+ MB\t)?Init Duration: [\d.]+ ms\t$/,
    );
    expect(tail.split('\n').filter((line) => line.includes(id))).toEqual(own);
  });

  it('is a module, a folder, calls back, has settings', async () => {
    const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString('base64');
    expect((await invoke('module', {}, { ClientContext })).body).toEqual({
      hostname: 'string',
      client: { custom: { a: 'b' } },
    });
    expect((await invoke('callback')).body).toBe('called');
    const { env, more } = (await invoke('set')).body as { env: Record<string, string>; more: string };
    expect(more).toBe('beside');
    expect(env).toMatchObject({ STAGE: 'test', AWS_LAMBDA_FUNCTION_NAME: 'set', AWS_REGION: 'us-east-1' });
    expect(
      Object.keys(env).filter((name) => !/^(AWS_|LAMBDA_|_HANDLER$|STAGE$|TZ$|LANG$)/.test(name)),
    ).toEqual([]);
  });

  it.each([
    [
      'throws',
      'boom',
      { errorType: 'OddError', errorMessage: 'no luck', trace: expect.any(Array) as unknown },
    ],
    ['is no JavaScript', 'broken', { errorType: 'SyntaxError', errorMessage: expect.any(String) as unknown }],
    ['exports no handler', 'empty', { errorType: 'Runtime.HandlerNotFound' }],
    [
      'never yields',
      'slow',
      { errorType: 'Sandbox.Timedout', errorMessage: /Error: Task timed out after 1.00 seconds$/ },
    ],
    ['exits', 'exits', { errorType: 'Runtime.ExitError', errorMessage: /exited with error: exit status 7$/ }],
    ['fails behind its own back', 'late', { errorType: 'Error', errorMessage: 'afterwards' }],
    ['says too much', 'wordy', { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('that %s is an error of its own', async (_what, name, expected: Record<string, unknown>) => {
    const answer = await invoke(name);
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    const { errorMessage, ...rest } = expected;
    expect(answer.body).toMatchObject(rest);
    if (errorMessage instanceof RegExp) expect(answer.body?.['errorMessage']).toMatch(errorMessage);
    else if (errorMessage !== undefined) expect(answer.body).toMatchObject({ errorMessage });
  });

  it.runIf(process.platform === 'linux')('that takes too much memory is killed', async () => {
    const answer = await invoke('greedy');
    expect(answer.body).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(answer.body?.['errorMessage']).toMatch(/signal: killed$/);
  });

  it('sees no file but its own, starts nothing and signals nobody', async () => {
    expect((await invoke('nosy')).body).toEqual({
      file: 'ERR_ACCESS_DENIED',
      neighbour: 'ERR_ACCESS_DENIED',
      folder: 'ERR_ACCESS_DENIED',
      write: 'ERR_ACCESS_DENIED',
      child: 'ERR_ACCESS_DENIED',
      worker: 'ERR_ACCESS_DENIED',
      signal: 'A function may not signal processes.',
      imported: 'A function may not signal processes.',
      debug: 'A function may not signal processes.',
      channel: 'process.send is not a function',
    });
  });

  it('stays warm, until its code is another', async () => {
    expect((await invoke('count')).body).toBe(1);
    expect((await invoke('count')).body).toBe(2);
    await writeFiles(test.folder, { 'count.js': `let n = 100; exports.handler = async () => ++n;` });
    expect((await invoke('count')).body).toBe(101);
  });
});

describe('an invocation', () => {
  it('is refused that is no JSON, too large, of another version, of nobody', async () => {
    const Payload = Buffer.from('{"secret": tr');
    const error = await errorOf(test.call('Invoke', { FunctionName: 'echo', Payload }));
    expect(error).toMatchObject({ code: 'InvalidRequestContentException', status: 400 });
    expect(error?.message).not.toContain('secret');
    const long = { Payload: Buffer.alloc(1_048_577, 0x20), FunctionName: 'echo' };
    expect(await errorOf(test.call('Invoke', { ...long, InvocationType: 'Event' }))).toMatchObject({
      code: 'RequestTooLargeException',
      status: 413,
    });
    expect(await errorOf(invoke('echo', {}, { Qualifier: '7' }))).toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}:7`,
    });
    expect(await errorOf(invoke('echo', {}, { TenantId: 'x' }))).toMatchObject({
      code: 'InvalidParameterValueException',
      message: expect.stringContaining('TenantId') as string,
    });
    expect(await errorOf(invoke('nobody'))).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
    for (const bad of ['../etc/passwd', 'a/b', ''])
      expect(await errorOf(invoke(bad))).toMatchObject({ code: 'InvalidParameterValueException' });
    expect(await invoke('echo', {}, { InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  });

  it('is let by the caller’s policies or the function’s', async () => {
    const ann = user('ann', { policies: [] });
    const other = user('bob', { account: OTHER });
    const call = (as: typeof ann) => test.call('Invoke', { FunctionName: ARN }, as);
    expect(await errorOf(call(ann))).toMatchObject({ code: 'AccessDenied' });
    expect(await errorOf(call(other))).toMatchObject({ code: 'AccessDenied' });
    const add = { FunctionName: 'echo', Action: 'lambda:InvokeFunction' };
    await test.call('AddPermission', { ...add, StatementId: 'bob', Principal: OTHER });
    expect(await call(other)).toMatchObject({ StatusCode: 200 });
    expect(
      await errorOf(test.call('AddPermission', { ...add, StatementId: 'bob', Principal: OTHER })),
    ).toMatchObject({ code: 'ResourceConflictException', status: 409 });
    await test.call('RemovePermission', { FunctionName: 'echo', StatementId: 'bob' });
    expect(await errorOf(call(other))).toMatchObject({ code: 'AccessDenied' });
    expect(await errorOf(test.call('GetPolicy', { FunctionName: 'echo' }))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('by a service wants the function’s own policy, for that source', async () => {
    const event = { functionArn: ARN, payload: '{"from":"rule"}', source: SOURCE };
    const { functions } = test.lambda;
    expect(await errorOf(functions.invoke(event))).toMatchObject({
      code: 'AccessDeniedException',
      status: 403,
    });
    const answer = await test.call('AddPermission', {
      FunctionName: 'echo',
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: RULE,
      SourceAccount: ACCOUNT,
    });
    expect(JSON.parse(String(answer['Statement']))).toEqual({
      Sid: 'rule',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: ARN,
      Condition: { StringEquals: { 'AWS:SourceAccount': ACCOUNT }, ArnLike: { 'AWS:SourceArn': RULE } },
    });
    await functions.invoke(event);
    expect((await test.printed('echo', "{ from: 'rule' }")).join('\n')).toContain("{ from: 'rule' }");
    const foreign = { ...SOURCE, arn: `${RULE}-2` };
    expect(await errorOf(functions.invoke({ ...event, source: foreign }))).toMatchObject({
      code: 'AccessDeniedException',
    });
    expect(await errorOf(functions.invoke({ ...event, functionArn: `${ARN}2` }))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('the list', () => {
  it('shows what is in the folder', async () => {
    const { Functions } = (await test.call('ListFunctions', {})) as { Functions: Record<string, unknown>[] };
    expect(Functions.map((one) => one['FunctionName'])).toContain('set');
    expect(Functions).toHaveLength(14);
    expect(await test.call('GetFunctionConfiguration', { FunctionName: 'set' })).toMatchObject({
      Handler: 'index.main',
      Runtime: 'nodejs24.x',
      MemorySize: 256,
      Timeout: 3,
      Description: 'says what it sees',
      Environment: { Variables: { STAGE: 'test' } },
    });
    const first = await test.call('ListFunctions', { MaxItems: 1 });
    expect(await test.call('ListFunctions', { Marker: first['NextMarker'] })).toMatchObject({
      Functions: Functions.slice(1),
    });
  });

  it('complains of settings that are wrong', async () => {
    await writeFiles(test.folder, {
      'odd/index.js': '',
      'odd/function.json': '{"timeout": 901, "environment": {"NODE_OPTIONS": "--inspect"}, "runtime": 1}',
    });
    const [complaint] = await test.lambda.complaints();
    for (const part of ['odd/function.json', 'timeout', 'environment', 'runtime'])
      expect(complaint).toContain(part);
    expect(await errorOf(invoke('odd'))).toMatchObject({ code: 'ServiceException', message: complaint });
    await rm(join(test.folder, 'odd'), { recursive: true });
  });
});
