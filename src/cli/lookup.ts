import { Command, InvalidArgumentError } from 'commander';

import { OpentrailError } from '../base/errors.ts';
import { serverAccess } from './client.ts';
import { parseTime } from './parse-time.ts';
import { cloudtrailCall } from './server-request.ts';
import { table } from './table.ts';

type LookupOptions = {
  readonly data?: string;
  readonly start?: number;
  readonly end?: number;
  readonly max: number;
  readonly all?: boolean;
  readonly category?: string;
  readonly json?: boolean;
};

type LookupEvent = {
  readonly EventId: string;
  readonly EventName: string;
  readonly EventSource: string;
  readonly EventTime: number;
  readonly Username?: string;
  readonly CloudTrailEvent: string;
};

/** Short forms of the attribute keys, for people. */
const KEYS: Readonly<Record<string, string>> = {
  id: 'EventId',
  name: 'EventName',
  source: 'EventSource',
  user: 'Username',
  resource: 'ResourceName',
  type: 'ResourceType',
  key: 'AccessKeyId',
  readonly: 'ReadOnly',
  ip: 'SourceIPAddress',
  arn: 'UserArn',
  error: 'ErrorCode',
  region: 'AwsRegion',
  account: 'RecipientAccountId',
};

export function lookupCommand(): Command {
  return new Command('lookup')
    .description('Search the event history, newest first.')
    .argument(
      '[conditions...]',
      'KEY=VALUE, KEY!=VALUE or KEY^=PREFIX; keys: any attribute key, or ' + Object.keys(KEYS).join(', '),
    )
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option(
      '--start <time>',
      'from this time: 2026-01-31, 2026-01-31T08:00:00Z, or an age such as 2h, 7d',
      parseTime,
    )
    .option('--end <time>', 'up to this time', parseTime)
    .option('--max <n>', 'how many events at most; 0 for all', parseCount, 50)
    .option('--all', 'all accounts and regions')
    .option('--category <name>', 'management (default), data, insight or all')
    .option('--json', "print LookupEvents' events, one JSON object a line")
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail lookup name=TerminateInstances\n  opentrail lookup user=alice error^=Access --start 7d\n  opentrail lookup resource=i-0abc --all --json',
    )
    .action(lookup);
}

async function lookup(conditions: readonly string[], options: LookupOptions): Promise<void> {
  const server = await serverAccess(options);
  const attributes = conditions.map(parseCondition);
  let left = options.max === 0 ? Infinity : options.max;
  let token: string | undefined;
  const rows: string[][] = [];
  do {
    const page: { Events: LookupEvent[]; NextToken?: string } = await cloudtrailCall(server, 'LookupEvents', {
      ...(attributes.length > 0 ? { LookupAttributes: attributes } : {}),
      ...(options.start === undefined ? {} : { StartTime: options.start }),
      ...(options.end === undefined ? {} : { EndTime: options.end }),
      ...(options.all ? { Scope: 'all' } : {}),
      ...(options.category === undefined || options.category === 'management'
        ? {}
        : { EventCategory: options.category }),
      MaxResults: Math.min(left, 1000),
      ...(token === undefined ? {} : { NextToken: token }),
    });
    for (const event of page.Events) {
      if (options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
      else rows.push(rowOf(event));
    }
    left -= page.Events.length;
    token = page.NextToken;
  } while (token !== undefined && left > 0);
  if (options.json) return;
  if (rows.length === 0) process.stderr.write('no events found\n');
  else process.stdout.write(`${table(['TIME', 'USER', 'EVENT', 'SOURCE', 'FROM', 'RESULT'], rows)}\n`);
}

function rowOf(event: LookupEvent): string[] {
  const record = JSON.parse(event.CloudTrailEvent) as { sourceIPAddress?: string; errorCode?: string };
  const time = `${new Date(event.EventTime * 1000).toISOString().slice(0, 19)}Z`;
  return [
    time,
    event.Username ?? '-',
    event.EventName,
    event.EventSource,
    record.sourceIPAddress ?? '-',
    record.errorCode ?? 'ok',
  ];
}

export function parseCondition(text: string): {
  AttributeKey: string;
  AttributeValue: string;
  Operator?: string;
} {
  const match = /^([A-Za-z]+)(!=|\^=|=)(.*)$/s.exec(text);
  if (!match?.[1] || match[3] === undefined)
    throw new OpentrailError('BAD_ARGUMENT', `"${text}" is not KEY=VALUE, KEY!=VALUE or KEY^=PREFIX`);
  const AttributeKey = KEYS[match[1].toLowerCase()] ?? match[1];
  const operator = match[2] === '!=' ? 'not' : match[2] === '^=' ? 'prefix' : undefined;
  return { AttributeKey, AttributeValue: match[3], ...(operator ? { Operator: operator } : {}) };
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}
