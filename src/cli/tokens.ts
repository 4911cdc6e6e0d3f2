import { Command, InvalidArgumentError } from 'commander';

import { serverAccess } from './client.ts';
import { serverRequest } from './server-request.ts';
import { table } from './table.ts';

type Options = { readonly data?: string; readonly json?: boolean };

/** As CreateIngestToken and its like answer it. */
type ShownToken = {
  readonly TokenId: string;
  readonly Name: string;
  readonly ChannelArn: string;
  readonly ChannelName?: string;
  readonly Kind: string;
  readonly Certificate?: string;
  readonly CreatedAt: string;
  readonly ExpiresAt?: string;
  readonly LastUsedAt?: string;
  readonly BearerToken?: string;
};

export function tokensCommand(): Command {
  return new Command('tokens')
    .description('Manage who may send CloudEvents and OTLP logs to a channel.')
    .addCommand(creating())
    .addCommand(listing())
    .addCommand(revoking())
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail tokens create --channel orders --expires 365\n  opentrail tokens create --channel orders --certificate orders.example.com\n  opentrail tokens list',
    );
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--json', 'print what the server answers');
}

function creating(): Command {
  return command('create', 'make a token; it is printed this once')
    .requiredOption('--channel <channel>', 'name, ARN or id of the channel')
    .option('--name <name>', 'what to call it')
    .option('--expires <days>', 'days until it ends (default: never)', wholeNumber)
    .option(
      '--certificate <name>',
      'no token: whoever shows a client certificate with this name (CN, DNS or URI)',
    )
    .action(
      async (
        options: Options & { channel: string; name?: string; expires?: number; certificate?: string },
      ) => {
        const { channel: Channel, name: Name, expires: ExpiresInDays, certificate: Certificate } = options;
        const made = await call<ShownToken>(options, 'CreateIngestToken', {
          Channel,
          Name,
          ExpiresInDays,
          Certificate,
        });
        print(options, made, made.BearerToken ?? `${made.Certificate} may send to ${made.ChannelName}`);
      },
    );
}

function listing(): Command {
  return command('list', 'tokens and certificates of your account')
    .option('--channel <channel>', 'of this channel only')
    .action(async (options: Options & { channel?: string }) => {
      const answer = await call<{ IngestTokens: ShownToken[] }>(options, 'ListIngestTokens', {
        Channel: options.channel,
      });
      const rows = answer.IngestTokens.map((one) => [
        one.TokenId,
        one.ChannelName ?? one.ChannelArn,
        one.Certificate ?? one.Kind,
        one.Name,
        one.ExpiresAt ?? 'never',
        one.LastUsedAt ?? 'never',
      ]);
      print(options, answer, table(['ID', 'CHANNEL', 'BY', 'NAME', 'EXPIRES', 'LAST USED'], rows));
    });
}

function revoking(): Command {
  return command('revoke', 'end a token at once')
    .argument('<id>', 'as `list` prints it')
    .action(async (id: string, options: Options) => {
      const gone = await call<ShownToken>(options, 'RevokeIngestToken', { TokenId: id });
      print(options, gone, `revoked ${id}`);
    });
}

async function call<T>(options: Options, name: string, input: object): Promise<T> {
  const response = await serverRequest(await serverAccess(options), {
    method: 'POST',
    path: `/_channels/${name}`,
    service: 'opentrail',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return (await response.json()) as T;
}

function print({ json }: Options, answer: object, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(answer, null, 2) : text}\n`);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('must be a number of days');
  return Number(text);
}
