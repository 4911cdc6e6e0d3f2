import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Command } from 'commander';

import { startApp, type App } from '../app.ts';
import { messageOf } from '../base/errors.ts';
import { loadConfig, type Config } from '../config.ts';

type ServeOptions = {
  readonly data?: string;
  readonly listen?: string;
  readonly upstream?: string;
  readonly config?: string;
};

export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'Record, keep and serve: the one endpoint. Every setting is also a variable OPENTRAIL_… (docs/config.md).',
    )
    .option('--data <dir>', 'folder of everything Opentrail keeps (default: opentrail-data)')
    .option('--listen <host:port>', 'address of the endpoint (default: 127.0.0.1:4680)')
    .option('--upstream <url>', 'where every service that Opentrail does not serve is forwarded to')
    .option('--config <file>', 'settings as TOML')
    .action(serve);
}

async function serve({ data, listen, upstream, config: file }: ServeOptions): Promise<void> {
  const config = loadConfig({ env: process.env, options: { data, listen, upstream, config: file } });
  buildConsole();
  const stopping = new AbortController();
  const app = await startApp(config);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  process.on('SIGHUP', () => reload(app));
  process.stdout.write(`opentrail ready ${app.url}\n`);
  tellHowToGoOn(config, app);
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  await app.stop();
}

function reload(app: App): void {
  try {
    app.reload();
  } catch (error) {
    process.stderr.write(`opentrail: not reloaded: ${messageOf(error)}\n`);
  }
}

/** The console is built from source when it is stale: a checkout needs no build step of its own. */
function buildConsole(): void {
  const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
  const built = spawnSync(process.execPath, [script, '--console'], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0)
    process.stderr.write('the console could not be built; the API is served without it\n');
}

function tellHowToGoOn(config: Config, app: App): void {
  const bin = relative(process.cwd(), fileURLToPath(new URL('../../bin/opentrail', import.meta.url)));
  const command = bin.includes('/') ? bin : `./${bin}`;
  process.stderr.write(
    [
      '',
      'who serves what:',
      ...app.services.map(({ service, by }) => `  ${service.padEnd(18)} ${by}`),
      '',
      'point AWS clients here:',
      `  eval "$(${command} env --data ${shellQuote(relative(process.cwd(), config.data) || '.')})"`,
      'then, for example:',
      '  aws sts get-caller-identity && aws cloudtrail lookup-events --max-results 3',
      'console:',
      `  ${app.url}/_console/   (user admin; the password is in ${relative(process.cwd(), config.data) || '.'}/credentials)`,
      '',
      '',
    ].join('\n'),
  );
}

function shellQuote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
