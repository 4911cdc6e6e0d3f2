import { Command, CommanderError } from 'commander';

import { messageOf, OpentrailError, systemCodeOf } from './base/errors.ts';

/** The command line. Each command's code is loaded only when it is named. */
const COMMANDS: readonly (readonly [name: string, summary: string, load: () => Promise<Command>])[] = [
  [
    'serve',
    'record, keep and serve: the one endpoint',
    async () => (await import('./cli/serve.ts')).serveCommand(),
  ],
  [
    'env',
    'print what points AWS clients at the server, for eval',
    async () => (await import('./cli/env.ts')).envCommand(),
  ],
  ['lookup', 'search the event history', async () => (await import('./cli/lookup.ts')).lookupCommand()],
  ['query', 'ask an event data store with SQL', async () => (await import('./cli/query.ts')).queryCommand()],
  [
    'who',
    'say who is behind a key, ARN, session, address or resource',
    async () => (await import('./cli/who.ts')).whoCommand(),
  ],
  ['tail', 'print records as they are stored', async () => (await import('./cli/tail.ts')).tailCommand()],
  [
    'import',
    'load existing CloudTrail log files',
    async () => (await import('./cli/import.ts')).importCommand(),
  ],
  [
    'follow',
    'follow the bucket of a live trail',
    async () => (await import('./cli/follow.ts')).followCommand(),
  ],
  [
    'verify',
    'prove that delivered log files are whole and unchanged',
    async () => (await import('./cli/verify.ts')).verifyCommand(),
  ],
  [
    'prove',
    'prove that an event is in the tree',
    async () => (await import('./cli/prove.ts')).proveCommand(),
  ],
  [
    'witness',
    'cosign the checkpoints of Opentrails elsewhere',
    async () => (await import('./cli/witness.ts')).witnessCommand(),
  ],
  [
    'coverage',
    'tell which hours of which account and region are whole',
    async () => (await import('./cli/coverage.ts')).coverageCommand(),
  ],
  ['report', 'write a report for an auditor', async () => (await import('./cli/report.ts')).reportCommand()],
  [
    'tokens',
    'manage who may send CloudEvents and OTLP logs to a channel',
    async () => (await import('./cli/tokens.ts')).tokensCommand(),
  ],
  [
    'detections',
    'look for what an intruder does',
    async () => (await import('./cli/detections.ts')).detectionsCommand(),
  ],
  ['rules', 'try event patterns on the past', async () => (await import('./cli/rules.ts')).rulesCommand()],
  ['users', 'manage who may use the server', async () => (await import('./cli/users.ts')).usersCommand()],
  [
    'demo',
    'fill a running server with two weeks of made-up activity',
    async () => (await import('./cli/demo.ts')).demoCommand(),
  ],
];

/** 0: done · 1: it failed, or found something wrong · 2: called the wrong way. */
const WRONG_USAGE = 2;

/** As if SIGPIPE had ended us, which Node ignores. */
const READER_GONE = 128 + 13;

// `| head` has seen enough: that is no failure to tell of.
process.stdout.on('error', (error) => {
  if (systemCodeOf(error) === 'EPIPE') process.exit(READER_GONE);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<number | undefined> {
  const program = new Command('opentrail')
    .description(
      'The open CloudTrail: records every API call, keeps it, proves it, and answers who did what, when, from where.',
    )
    .version(await version(), '-V, --version')
    .exitOverride();
  const wanted = argv.find((word) => !word.startsWith('-'));
  for (const [name, summary, load] of COMMANDS) {
    const command = name === wanted ? (await load()).name(name) : new Command(name).allowUnknownOption();
    command.description(command.description() || summary).exitOverride();
    for (const inner of command.commands) inner.exitOverride();
    program.addCommand(command);
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 || error.code === 'commander.help' ? 0 : WRONG_USAGE;
  process.stderr.write(`opentrail: ${messageOf(error)}\n`);
  if (!(error instanceof OpentrailError) || error.kind === 'bug')
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  return error instanceof OpentrailError && (error.code === 'BAD_CONFIG' || error.code === 'BAD_ARGUMENT')
    ? WRONG_USAGE
    : 1;
}

async function version(): Promise<string> {
  const { default: pack } = await import('../package.json', { with: { type: 'json' } });
  return pack.version;
}
