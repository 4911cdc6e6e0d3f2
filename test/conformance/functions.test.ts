import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FilterLogEventsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli } from '../kit/aws-cli.ts';
import { lookupAll } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { writeFiles } from '../kit/lambda.ts';

const missing = missingTool('aws');
const TOLD = 'told-by-the-environment';

describe.skipIf(missing !== undefined)(needing('functions of our own', missing), () => {
  let dir: string;
  let server: TestServer;
  let lambda: LambdaClient;
  let logs: CloudWatchLogsClient;

  const start = async () => {
    server = await startServer({
      data: join(dir, 'data'),
      env: { OPENTRAIL_FUNCTIONS: join(dir, 'functions'), OPENTRAIL_DATA_EVENTS: 'all', SECRET: TOLD },
    });
    const to = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
    lambda = new LambdaClient({ ...to, maxAttempts: 1 });
    logs = new CloudWatchLogsClient(to);
  };
  const invoke = async (FunctionName: string, event: unknown, more: object = {}) => {
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }),
    );
    return { ...answer, body: answer.Payload?.transformToString() };
  };
  const logged = (name: string, pattern: string) =>
    eventually(async () => {
      const logGroupName = `/aws/lambda/${name}`;
      const found = await logs
        .send(new FilterLogEventsCommand({ logGroupName, filterPattern: `"${pattern}"` }))
        .catch(() => undefined);
      return found?.events?.[0]?.message;
    });

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'opentrail-functions-'));
    await writeFiles(join(dir, 'functions'), {
      'notify.js': `exports.handler = async (event) => { console.log('told of', event.what); return { told: event.what, env: Object.values(process.env) }; };`,
      'spin/index.js': `exports.handler = async () => { console.log('pid', process.pid); for (;;); };`,
      'spin/function.json': '{ "timeout": 900 }',
    });
    await start();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('answer the CLI, with the tail of their log, and know nothing of the server', async () => {
    const out = join(dir, 'out.json');
    const answer = await awsCli(server).json<Record<string, string>>(
      ...['lambda', 'invoke', '--function-name', 'notify'],
      ...['--payload', '{"what":"it"}', '--log-type', 'Tail', out],
    );
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(Buffer.from(answer['LogResult'] ?? '', 'base64').toString()).toContain('told of it');
    const { body } = await invoke('notify', { what: 'that' });
    expect(body).toContain('"told":"that"');
    expect(body).not.toContain(TOLD);
  });

  it('take events, and write to their log group', async () => {
    const { StatusCode } = await invoke('notify', { what: 'event-7' }, { InvocationType: 'Event' });
    expect(StatusCode).toBe(202);
    expect(await logged('notify', 'told of event-7')).toContain('told of event-7');
  });

  it('are in the record as data events, without what was handed to them', async () => {
    const found = await eventually(async () => {
      const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'Invoke' }];
      return (await lookupAll(server, { LookupAttributes, EventCategory: 'data' }))[0];
    });
    const record = JSON.parse(found.CloudTrailEvent) as Record<string, unknown>;
    expect(record).toMatchObject({
      eventSource: 'lambda.amazonaws.com',
      eventCategory: 'Data',
      requestParameters: { functionName: expect.stringContaining('notify') as string },
      resources: [
        { type: 'AWS::Lambda::Function', ARN: 'arn:aws:lambda:us-east-1:123456789012:function:notify' },
      ],
    });
    expect(found.CloudTrailEvent).not.toContain('event-7');
  });

  it('say who may invoke them, and what is not built', async () => {
    const FunctionName = 'notify';
    const Principal = 'sns.amazonaws.com';
    const asked = { FunctionName, StatementId: 'sns', Action: 'lambda:InvokeFunction', Principal };
    await lambda.send(new AddPermissionCommand(asked));
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy ?? '')).toMatchObject({ Statement: [{ Sid: 'sns', Effect: 'Allow' }] });
    const { Functions } = await lambda.send(new ListFunctionsCommand({}));
    expect(Functions?.map((one) => one.FunctionName)).toEqual(['notify', 'spin']);
    const create = { FunctionName: 'x', Role: 'arn:aws:iam::123456789012:role/r', Code: {} };
    await expect(lambda.send(new CreateFunctionCommand(create))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('CreateFunction') as string,
    });
  });

  it('die with the server, and an event that was accepted is run after the next start', async () => {
    const spinning = expect(invoke('spin', {})).rejects.toThrow();
    const pid = Number(/pid (\d+)/.exec(await logged('spin', 'pid'))?.[1]);
    expect(isAlive(pid)).toBe(true);
    // No place is free for it before the end, since it is not run before the look that follows.
    await invoke('notify', { what: 'survivor' }, { InvocationType: 'Event' });
    await server.kill();
    await spinning;
    await eventually(async () => (isAlive(pid) ? undefined : true));
    await start();
    expect(await logged('notify', 'told of survivor')).toContain('survivor');
  }, 60_000);

  it('whose settings are wrong keep the server from starting, with the file and the mistake', async () => {
    writeFileSync(join(dir, 'functions', 'spin', 'function.json'), '{"timeout": "long"}');
    await server.stop();
    await expect(start()).rejects.toThrow(/OPENTRAIL_FUNCTIONS: .*spin\/function\.json: timeout/);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
