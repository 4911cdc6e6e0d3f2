import { Command, InvalidArgumentError } from 'commander';

import { SEVERITIES } from '../use/detections/severity.ts';
import { serverAccess } from './client.ts';
import {
  detectionCall,
  type ShownDetection,
  type ShownFinding,
  type WholeDetection,
} from './detections/api.ts';
import { importRules } from './detections/import-rules.ts';
import { detectionTable, findingTable, wholeDetection } from './detections/print.ts';
import { parseTime } from './parse-time.ts';

type Options = { readonly data?: string; readonly all?: boolean; readonly json?: boolean };

export function detectionsCommand(): Command {
  return new Command('detections')
    .description('Look for what an intruder does, in every record as it is stored, and over the history.')
    .addCommand(installing())
    .addCommand(list())
    .addCommand(show())
    .addCommand(switching('enable', true))
    .addCommand(switching('disable', false))
    .addCommand(trying())
    .addCommand(importing())
    .addCommand(removing())
    .addCommand(findings())
    .addCommand(acknowledging())
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail detections install --topic alarms\n  opentrail detections import sigma/rules/cloud/aws/cloudtrail\n  opentrail detections try all --since 30d\n  opentrail detections findings --open\n  opentrail detections ack 1b2c3d4e-…',
    );
}

/** Options that every one of them has. */
function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--all', 'for all accounts, not only for your own (opentrail:AllAccounts)')
    .option('--json', 'print what the server answers');
}

type InstallCommandOptions = Options & { logGroup?: string; topic?: string; alarms: boolean };

function installing(): Command {
  return command('install', 'enable all detections, and set up the 14 alarms of the CIS benchmark')
    .option(
      '--topic <name>',
      'topic that is told of findings and alarms: a name (made where it is missing) or an ARN',
    )
    .option('--log-group <name>', "log group for the alarms (default: that of the account's trail)")
    .option('--no-alarms', 'the detections only')
    .action(async (options: InstallCommandOptions) => {
      // Four clients, which no other command needs.
      const { install } = await import('./detections/install.ts');
      const { logGroup, topic, alarms } = options;
      const done = await install(await serverAccess(options), {
        logGroup,
        topic,
        alarms,
        scope: scopeOf(options),
      });
      print(options, done, (made) =>
        [
          `detections enabled: ${made.detections.length}`,
          ...(made.logGroup === undefined
            ? []
            : [
                `metric filters on ${made.logGroup}: ${made.filters.length}`,
                `alarms: ${made.alarms.length}`,
              ]),
          ...(made.topicArn === undefined ? [] : [`told to: ${made.topicArn}`]),
        ].join('\n'),
      );
    });
}

function importing(): Command {
  return command('import', 'import rules of Sigma: a file, or all of a folder')
    .argument('<path>', 'file, or folder of .yml and .yaml files')
    .option('--disabled', 'do not enable them')
    .action(async (path: string, options: Options & { disabled?: boolean }) => {
      const settings = { Enabled: options.disabled !== true, ...scopeOf(options) };
      const done = await importRules(await serverAccess(options), path, settings);
      print(options, done, ({ ids }) => `imported ${ids.length}`);
      for (const { file, why } of done.failed) process.stderr.write(`${file}: ${why}\n`);
      if (done.failed.length > 0) process.exitCode = 1;
    });
}

function removing(): Command {
  return command('remove', 'delete what was imported')
    .argument('<id>', 'as `list` prints it')
    .action(async (id: string, options: Options) => {
      const input = { DetectionId: id, ...scopeOf(options) };
      const answer = await detectionCall<object>(await serverAccess(options), 'DeleteDetection', input);
      print(options, answer, () => `removed ${id}`);
    });
}

function list(): Command {
  return command('list', 'list the detections there are').action(async (options: Options) => {
    const { Detections } = await detectionCall<{ Detections: ShownDetection[] }>(
      await serverAccess(options),
      'ListDetections',
      scopeOf(options),
    );
    print(options, Detections, detectionTable);
  });
}

function show(): Command {
  return command('show', 'show one: why it matters, what to do next, how it is written')
    .argument('<id>', 'as `list` prints it')
    .action(async (id: string, options: Options) => {
      const { Detection } = await detectionCall<{ Detection: WholeDetection }>(
        await serverAccess(options),
        'GetDetection',
        { DetectionId: id, ...scopeOf(options) },
      );
      print(options, Detection, wholeDetection);
    });
}

function switching(name: 'enable' | 'disable', enabled: boolean): Command {
  return command(name, `${name} detections`)
    .argument('<ids...>', 'as `list` prints them, or: all')
    .action(async (ids: string[], options: Options) => {
      const answer = await detectionCall<{ DetectionIds: string[] }>(
        await serverAccess(options),
        'UpdateDetections',
        { DetectionIds: ids, Enabled: enabled, ...scopeOf(options) },
      );
      print(options, answer, ({ DetectionIds }) => `${name}d ${DetectionIds.length}`);
    });
}

type Tried = {
  readonly Findings: readonly ShownFinding[];
  readonly Counts: readonly { readonly DetectionId: string; readonly Count: number }[];
  readonly ScannedEvents: number;
  readonly CompleteFrom?: string;
};

function trying(): Command {
  return command('try', 'run detections over the history: how often they would have fired, and on what')
    .argument('<ids...>', 'as `list` prints them, or: all')
    .option('--since <time>', 'from this time: 2026-01-31, or an age such as 7d', parseTime)
    .option('--until <time>', 'up to this time', parseTime)
    .option('--keep', 'keep what is found as findings')
    .action(async (ids: string[], options: Options & { since?: number; until?: number; keep?: boolean }) => {
      const tried = await detectionCall<Tried>(await serverAccess(options), 'TestDetections', {
        DetectionIds: ids,
        ...(options.since === undefined ? {} : { StartTime: options.since }),
        ...(options.until === undefined ? {} : { EndTime: options.until }),
        ...(options.keep ? { KeepFindings: true } : {}),
        ...scopeOf(options),
      });
      print(options, tried, describeTrial);
      if (tried.CompleteFrom !== undefined)
        process.stderr.write(`too many events: looked at only from ${tried.CompleteFrom} on\n`);
    });
}

function describeTrial({ Findings, Counts, ScannedEvents }: Tried): string {
  const total = Counts.reduce((sum, { Count }) => sum + Count, 0);
  const counts = Counts.map(({ DetectionId, Count }) => `${String(Count).padStart(6)}  ${DetectionId}`);
  const head = `${total} ${total === 1 ? 'finding' : 'findings'} in ${ScannedEvents} events`;
  if (total === 0) return head;
  const rest = total > Findings.length ? [`\nthe newest ${Findings.length}:`] : [''];
  return [head, ...counts, ...rest, findingTable(Findings)].join('\n');
}

type FindingOptions = Options & {
  readonly open?: boolean;
  readonly severity?: string;
  readonly detection?: string;
  readonly since?: number;
  readonly max: number;
};

function findings(): Command {
  return command('findings', 'list what was found, newest first')
    .option('--open', 'only what nobody has acknowledged')
    .option('--severity <level>', `only of this severity: ${SEVERITIES.join(', ')}`)
    .option('--detection <id>', 'only of this detection')
    .option('--since <time>', 'only from this time on', parseTime)
    .option('--max <n>', 'how many at most', parseMost, 100)
    .action(async (options: FindingOptions) => {
      const { Findings, NextToken } = await detectionCall<{ Findings: ShownFinding[]; NextToken?: string }>(
        await serverAccess(options),
        'ListFindings',
        {
          MaxResults: options.max,
          ...(options.open ? { Status: 'OPEN' } : {}),
          ...(options.severity === undefined ? {} : { Severity: options.severity }),
          ...(options.detection === undefined ? {} : { DetectionId: options.detection }),
          ...(options.since === undefined ? {} : { StartTime: options.since }),
          ...scopeOf(options),
        },
      );
      print(options, Findings, findingTable);
      if (NextToken !== undefined) process.stderr.write(`there are more: --max\n`);
    });
}

function acknowledging(): Command {
  return command('ack', 'acknowledge findings: somebody has looked at them')
    .argument('<ids...>', 'as `findings` prints them')
    .option('--note <text>', 'what came of it')
    .option('--reopen', 'open them again')
    .action(async (ids: string[], options: Options & { note?: string; reopen?: boolean }) => {
      const answer = await detectionCall<object>(await serverAccess(options), 'UpdateFindings', {
        FindingIds: ids,
        Status: options.reopen ? 'OPEN' : 'ACKNOWLEDGED',
        ...(options.note === undefined ? {} : { Note: options.note }),
        ...scopeOf(options),
      });
      print(options, answer, () => `${options.reopen ? 'opened' : 'acknowledged'} ${ids.length}`);
    });
}

function scopeOf({ all }: Options): { Scope?: 'all' } {
  return all ? { Scope: 'all' } : {};
}

/** Lists as one JSON object a line. */
function print<T>({ json }: Options, answer: T, text: (answer: T) => string): void {
  if (!json) {
    if (Array.isArray(answer) && answer.length === 0) process.stderr.write('none\n');
    else process.stdout.write(`${text(answer)}\n`);
    return;
  }
  for (const one of Array.isArray(answer) ? (answer as unknown[]) : [answer])
    process.stdout.write(`${JSON.stringify(one)}\n`);
}

function parseMost(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1000)
    throw new InvalidArgumentError('must be a whole number from 1 to 1000');
  return count;
}
