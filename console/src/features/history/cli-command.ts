import { knownToAws } from '../../events/attributes.ts';
import type { Condition, HistoryQuery } from '../../events/query.ts';
import { formatSecond, type Span } from '../../events/range.ts';
import { shellQuote } from '../../parts/shell-quote.ts';

export type CliCommand = {
  /** `aws` where AWS's own LookupEvents can ask the same, `opentrail` otherwise. */
  readonly tool: 'aws' | 'opentrail';
  readonly command: string;
  /** Why it is not the AWS CLI; what else to know. */
  readonly note: string | undefined;
};

export type CliContext = {
  readonly span: Span;
  /** Account and region that the session's own credentials see. */
  readonly own: { readonly account: string; readonly region: string };
  /** Whether the page looks at all accounts and regions. */
  readonly everywhere: boolean;
};

const MARKS = { equals: '=', not: '!=', prefix: '^=' } as const;

/** The command that gives the same events in a terminal. */
export function cliCommands(query: HistoryQuery, context: CliContext): readonly CliCommand[] {
  const aws = awsCommand(query, context);
  return aws.reason === undefined
    ? [{ tool: 'aws', command: aws.command, note: aws.note }, opentrailCommand(query, context, undefined)]
    : [opentrailCommand(query, context, aws.reason)];
}

type AwsAttempt =
  | { readonly reason: string; readonly command?: never; readonly note?: never }
  | { readonly reason: undefined; readonly command: string; readonly note: string | undefined };

function awsCommand(query: HistoryQuery, { span, own, everywhere }: CliContext): AwsAttempt {
  const region = single(query, 'AwsRegion');
  const account =
    query.account ?? single(query, 'RecipientAccountId') ?? (everywhere ? undefined : own.account);
  const scoping = new Set(['AwsRegion', 'RecipientAccountId']);
  const rest = query.conditions.filter((condition) => !scoping.has(condition.key) || !isSingle(condition));
  const [condition, ...more] = rest;
  if (more.length > 0) return { reason: 'AWS’s own LookupEvents takes one attribute at a time.' };
  if (condition && !knownToAws(condition.key))
    return { reason: `AWS’s own LookupEvents cannot search by ${condition.key}.` };
  if (condition && !isSingle(condition)) return { reason: 'AWS’s own LookupEvents takes one exact value.' };
  if (account === undefined || (everywhere && region === undefined)) {
    return {
      reason: 'The AWS CLI looks at one account and region at a time; filter by both to get its command.',
    };
  }
  const words = ['aws cloudtrail lookup-events'];
  if (condition) {
    words.push(
      `--lookup-attributes ${shellQuote(`AttributeKey=${condition.key},AttributeValue=${condition.values[0] ?? ''}`)}`,
    );
  }
  words.push(`--start-time ${formatSecond(span.from)}`, `--end-time ${formatSecond(span.to)}`);
  words.push(`--region ${shellQuote(region ?? own.region)}`);
  const note =
    'Management events only, as with AWS.' +
    (account === own.account ? '' : ` First: eval "$(bin/opentrail env --data DIR --account ${account})"`);
  return { reason: undefined, command: words.join(' \\\n  '), note };
}

function opentrailCommand(
  query: HistoryQuery,
  { span, everywhere }: CliContext,
  note: string | undefined,
): CliCommand {
  const words = ['bin/opentrail lookup --data DIR'];
  if (everywhere) words.push('--all');
  words.push('--category all', `--start ${formatSecond(span.from)}`, `--end ${formatSecond(span.to)}`);
  for (const { key, operator, values } of query.conditions) {
    for (const value of values) words.push(shellQuote(`${key}${MARKS[operator]}${value}`));
  }
  if (query.account !== undefined) words.push(`RecipientAccountId=${query.account}`);
  return { tool: 'opentrail', command: words.join(' \\\n  '), note };
}

function single(query: HistoryQuery, key: Condition['key']): string | undefined {
  const condition = query.conditions.find((candidate) => candidate.key === key);
  return condition && isSingle(condition) ? condition.values[0] : undefined;
}

function isSingle({ operator, values }: Condition): boolean {
  return operator === 'equals' && values.length === 1;
}
