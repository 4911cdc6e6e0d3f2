import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Logger } from '../../base/log.ts';
import { ownFolder } from './packages.ts';

export type AddedPackages = {
  /** Where npm installs what is missing: `DIR/node_modules/@aws-sdk/client-…`. */
  readonly dir: string;
  /** Ends of package names: `iot` is `@aws-sdk/client-iot`. */
  readonly names: readonly string[];
};

/** The major version that the packages which come with Opentrail have. */
const MAJOR = 3;
const PATIENCE = 60_000;

/**
 * Sees to it that the named client packages are installed in a folder, with npm where one is missing, and answers the folder that holds them
 * for `createModels`. Never rejects: without its model a service is still recorded, so that a server without a network starts all the same.
 */
export async function addPackages(
  { log }: { readonly log: Pick<Logger, 'info' | 'warn'> },
  { dir, names }: AddedPackages,
): Promise<string> {
  const folder = join(dir, 'node_modules', '@aws-sdk');
  const missing = names.filter((name) => !isInstalled(ownFolder(), name) && !isInstalled(folder, name));
  if (missing.length === 0) return folder;
  const packages = missing.map((name) => `@aws-sdk/client-${name}@${MAJOR}`);
  log.info({ packages }, 'installing the models of further services');
  try {
    await mkdir(dir, { recursive: true });
    await promisify(execFile)('npm', [...INSTALL, '--prefix', dir, ...packages], {
      timeout: PATIENCE,
      cwd: dir,
    });
  } catch (err) {
    log.warn(
      { packages, err: reasonOf(err), install: `npm install --prefix ${dir} ${packages.join(' ')}` },
      'models of further services could not be installed; their calls are recorded with what the protocol shows',
    );
  }
  return folder;
}

function isInstalled(folder: string, name: string): boolean {
  return existsSync(join(folder, `client-${name}`, 'package.json'));
}

/** The packages are read, not run: none of their scripts has a purpose here. */
const INSTALL = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--omit=dev',
  '--fetch-retries=1',
  '--fetch-timeout=20000',
  '--loglevel=error',
];

/** npm's own first line rather than the command and all it wrote. */
function reasonOf(error: unknown): string {
  const written = (error as { stderr?: unknown } | null)?.stderr;
  const [first = ''] = typeof written === 'string' ? written.trim().split('\n', 1) : [];
  return first === '' ? String(error) : first;
}
