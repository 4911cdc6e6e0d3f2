import { Command } from 'commander';

import { OpentrailError } from '../base/errors.ts';
import { serverAccess } from './client.ts';
import { serverRequest } from './server-request.ts';

type TailOptions = { readonly data?: string; readonly json?: boolean; readonly account?: string };

export function tailCommand(): Command {
  return new Command('tail')
    .description(
      'Print records of all accounts as they are stored: management, data and insight events, until interrupted.',
    )
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--json', 'the whole record, one JSON object a line')
    .action(tail);
}

async function tail(options: TailOptions): Promise<void> {
  const server = await serverAccess(options);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  try {
    const response = await serverRequest(server, {
      method: 'GET',
      path: '/_stream?scope=all',
      service: 'opentrail',
      signal: stopping.signal,
    });
    for await (const line of linesOf(response)) {
      if (line !== '') process.stdout.write(`${options.json ? line : oneLine(line)}\n`);
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  }
  if (!stopping.signal.aborted)
    throw new OpentrailError('SERVER_UNREACHABLE', 'the server closed the stream');
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

type TailRecord = {
  readonly eventTime?: string;
  readonly recipientAccountId?: string;
  readonly awsRegion?: string;
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly sourceIPAddress?: string;
  readonly errorCode?: string;
  readonly userIdentity?: {
    readonly type?: string;
    readonly arn?: string;
    readonly userName?: string;
    readonly principalId?: string;
  };
};

function oneLine(text: string): string {
  const record = JSON.parse(text) as TailRecord;
  const { userIdentity: who } = record;
  const name =
    who?.userName ?? who?.arn?.split('/').slice(1).join('/') ?? who?.principalId ?? who?.type ?? '-';
  const call = `${record.eventSource?.replace('.amazonaws.com', '') ?? '?'}:${record.eventName ?? '?'}`;
  return [
    record.eventTime,
    record.recipientAccountId,
    record.awsRegion,
    name,
    call,
    record.sourceIPAddress,
    record.errorCode ?? 'ok',
  ]
    .map((cell) => cell ?? '-')
    .join('  ');
}
