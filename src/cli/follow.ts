import { Command, InvalidArgumentError } from 'commander';

import { formatDuration, parseDuration } from '../base/duration.ts';
import { serverAccess } from './client.ts';
import { sourceCall, type ShownSource, type WholeSource } from './follow/api.ts';
import { parseTime } from './parse-time.ts';
import { table } from './table.ts';

type Options = { readonly data?: string; readonly json?: boolean };

export function followCommand(): Command {
  return new Command('follow')
    .description(
      'Follow the bucket of a live trail, of AWS or anyone: new files are searchable seconds after their notice.',
    )
    .addCommand(adding())
    .addCommand(listing())
    .addCommand(telling())
    .addCommand(removing())
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail follow add prod --bucket org-trail --endpoint aws --region eu-west-1 --queue https://sqs.eu-west-1.amazonaws.com/111122223333/trail\n  opentrail follow add old --bucket org-trail --list-every 1m --since 2026-01-01\n  opentrail follow status prod',
    );
}

/** Options that every one of them has. */
function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--json', 'print what the server answers');
}

type AddOptions = Options & {
  readonly bucket: string;
  readonly prefix?: string;
  readonly queue?: string;
  readonly listEvery?: number;
  readonly sweepEvery?: number;
  readonly store?: string;
  readonly replay?: boolean;
  readonly since?: number;
  readonly endpoint?: string;
  readonly region?: string;
};

function adding(): Command {
  return command('add', 'follow a bucket from now on')
    .argument('<name>', 'what to call it')
    .requiredOption('--bucket <bucket>', 'where the trail delivers')
    .option('--prefix <prefix>', 'only keys that begin so')
    .option(
      '--queue <queue>',
      "URL, ARN or name of an SQS queue that gets the bucket's notifications, by itself or by way of SNS",
    )
    .option(
      '--list-every <time>',
      'without a queue: how often to look for new files (default 10s)',
      parseSeconds,
    )
    .option(
      '--sweep-every <time>',
      'how often to look at all files of the last week (default 15m; 0 never)',
      parseSeconds,
    )
    .option('--since <time>', 'from this time on (default: now): 2026-01-31, or an age such as 7d', parseTime)
    .option('--store <store>', 'into this event data store alone, not the history')
    .option('--replay', 'let trails, rules, detections and insights look at the events too')
    .option(
      '--endpoint <where>',
      'where the bucket and the queue are: aws, or an address (default: the S3 and SQS of the server)',
    )
    .option('--region <region>', 'their region')
    .addHelpText(
      'after',
      '\nWith --endpoint the key is taken from SOURCE_AWS_ACCESS_KEY_ID, SOURCE_AWS_SECRET_ACCESS_KEY and SOURCE_AWS_SESSION_TOKEN;\nwithout them AWS is asked as the server itself is let to (its instance role, say).',
    )
    .action(async (name: string, options: AddOptions) => {
      const input = {
        Name: name,
        Bucket: options.bucket,
        Prefix: options.prefix,
        Queue: options.queue,
        ListEverySeconds: options.listEvery,
        SweepEverySeconds: options.sweepEvery,
        StartTime: options.since === undefined ? undefined : new Date(options.since * 1000).toISOString(),
        EventDataStore: options.store,
        Replay: options.replay,
        Endpoint: options.endpoint,
        Region: options.region,
        ...(options.endpoint === undefined ? {} : keyOfEnvironment()),
      };
      const answer = await sourceCall<{ FollowedSource: ShownSource }>(
        await serverAccess(options),
        'AddFollowedSource',
        input,
      );
      print(
        options,
        answer.FollowedSource,
        () => `following s3://${options.bucket}/${options.prefix ?? ''} as ${name}`,
      );
    });
}

function keyOfEnvironment() {
  return {
    AccessKeyId: process.env['SOURCE_AWS_ACCESS_KEY_ID'],
    SecretAccessKey: process.env['SOURCE_AWS_SECRET_ACCESS_KEY'],
    SessionToken: process.env['SOURCE_AWS_SESSION_TOKEN'],
  };
}

function listing(): Command {
  return command('list', 'list what is followed').action(async (options: Options) => {
    const { FollowedSources } = await sourceCall<{ FollowedSources: ShownSource[] }>(
      await serverAccess(options),
      'ListFollowedSources',
      {},
    );
    print(options, FollowedSources, (sources) =>
      sources.length === 0
        ? 'nothing is followed'
        : table(
            ['NAME', 'STATUS', 'FILES', 'EVENTS', 'BUCKET', 'BY'],
            sources.map((one) => [
              one.Name,
              one.Status,
              String(one.Files),
              String(one.Events),
              `s3://${one.Bucket}/${one.Prefix}`,
              one.QueueArn ?? `listing every ${one.ListEverySeconds} s`,
            ]),
          ),
    );
  });
}

function telling(): Command {
  return command('status', 'show how far each account has come, what is missing, and what was set aside')
    .argument('<name>', 'as `list` prints it')
    .action(async (name: string, options: Options) => {
      const { FollowedSource } = await sourceCall<{ FollowedSource: WholeSource }>(
        await serverAccess(options),
        'DescribeFollowedSource',
        { Name: name },
      );
      print(options, FollowedSource, describeSource);
      if (FollowedSource.Status === 'FAILING') process.exitCode = 1;
    });
}

function describeSource(source: WholeSource): string {
  const failing =
    source.FailingReason === undefined
      ? []
      : [`failing since ${source.FailingSince}: ${source.FailingReason}`];
  const counts = `${source.Files} files, ${source.Events} events; ${source.RepeatedFiles} repeated notices, ${source.ForeignObjects} of other files, ${source.DuplicateEvents} events were there already, ${source.EventsOutsideRetention} outside of the retention`;
  const accounts = table(
    ['ACCOUNT', 'NEWEST EVENT', 'BEHIND', 'NEWEST FILE', 'FILES'],
    source.Accounts.map((one) => [
      one.AccountId,
      one.NewestEventTime ?? '',
      one.LagSeconds === undefined ? '' : formatDuration(one.LagSeconds * 1000),
      one.NewestFileTime ?? '',
      String(one.Files),
    ]),
  );
  const gaps = source.Gaps.map(
    (gap) =>
      `${gap.Kind === 'missing-file' ? 'missing file' : 'hours without a digest'} ${gap.AccountId} ${gap.Region} ${gap.From} to ${gap.To}: ${gap.Key}`,
  );
  const aside = source.SetAside.map((one) => `set aside ${one.Time} ${one.Kind} ${one.Name}: ${one.Reason}`);
  return [
    `${source.Name}: ${source.Status.toLowerCase()}`,
    ...failing,
    counts,
    accounts,
    ...gaps,
    ...aside,
  ].join('\n');
}

function removing(): Command {
  return command('remove', 'follow it no more; what was taken stays')
    .argument('<name>', 'as `list` prints it')
    .action(async (name: string, options: Options) => {
      await sourceCall(await serverAccess(options), 'RemoveFollowedSource', { Name: name });
      print(options, {}, () => `${name} is not followed any more`);
    });
}

function print<T>({ json }: Options, answer: T, text: (answer: T) => string): void {
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${text(answer)}\n`);
}

function parseSeconds(text: string): number {
  if (text === '0') return 0;
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000)
    throw new InvalidArgumentError('must be a duration of at least 1s, such as 10s or 15m');
  return ms / 1000;
}
