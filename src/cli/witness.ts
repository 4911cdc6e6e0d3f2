import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';

import { Command } from 'commander';

import { systemClock } from '../base/clock.ts';
import { messageOf, OpentrailError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import {
  isKeyName,
  parseVerifierKey,
  readPrivateKey,
  signerKeyOf,
  type SignerKey,
  type VerifierKey,
} from '../use/proofs/note/keys.ts';
import { startWitness } from '../use/proofs/witness/witness-server.ts';
import { openWitnessState } from '../use/proofs/witness/witness-state.ts';

type WitnessOptions = {
  readonly data: string;
  readonly listen: string;
  readonly name: string;
  readonly key?: string;
  readonly log: readonly string[];
  readonly publicKey?: boolean;
  readonly init?: boolean;
};

/** `opentrail witness`: cosigns the checkpoints of other machines' trees, each only when it grew out of the one before. */
export function witnessCommand(): Command {
  return new Command('witness')
    .description(
      'Cosign the checkpoints of Opentrails elsewhere: who owns them can no longer rewrite what was cosigned.',
    )
    .requiredOption('--data <dir>', 'folder of what it has seen and of its key')
    .requiredOption('--name <name>', 'its name in signatures, such as witness.example.com/w1')
    .option('--listen <host:port>', 'address it answers at', '127.0.0.1:4690')
    .option(
      '--key <file>',
      'its private key (PEM, Ed25519; default: witness.key in the folder, made when missing)',
    )
    .option(
      '--log <key>',
      'public key of a log that it watches (`opentrail prove --public-key`); may be repeated',
      collect,
      [],
    )
    .option('--public-key', 'print its own public key, and end')
    .option('--init', 'begin with nothing seen, although there is a key already')
    .addHelpText(
      'after',
      '\nExample:\n  opentrail witness --data seen --name witness.example.com/w1 --public-key\n  opentrail witness --data seen --name witness.example.com/w1 --log opentrail/1b2c…+3d4e5f60+AQ…',
    )
    .action(witness);
}

async function witness(options: WitnessOptions): Promise<void> {
  if (!isKeyName(options.name))
    throw new OpentrailError('BAD_ARGUMENT', `--name: must be without spaces and + (got "${options.name}")`);
  const address = parseAddress(options.listen);
  const logs = options.log.map(readLogKey);
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const statePath = join(options.data, 'seen.db');
  const { key, isNew } = openKey(options);
  // Made together: whoever finds the key without it knows that something is lost.
  if (isNew) openWitnessState(statePath).close();
  if (options.publicKey) return void process.stdout.write(`${key.verifier.text}\n`);
  if (logs.length === 0)
    throw new OpentrailError('BAD_ARGUMENT', '--log: which logs? Give the public key of each');
  // A witness that forgot what it saw would cosign anything.
  if (!existsSync(statePath) && !options.init) {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      `${statePath} is not there: what this key cosigned is not known. Restore it; or, if it never cosigned anything, begin with --init`,
    );
  }
  const state = openWitnessState(statePath);
  const log = createLogger('info');
  const server = await startWitness({ state, key, logs, clock: systemClock, log }, address);
  process.stdout.write(`opentrail witness ready ${server.url}\n`);
  process.stderr.write(`set on the server:\n  OPENTRAIL_WITNESSES='${server.url} ${key.verifier.text}'\n`);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  await server.stop();
  state.close();
}

function readLogKey(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (key.type === 'note') return key;
  throw new OpentrailError('BAD_ARGUMENT', `--log: ${key.name}: is the key of a witness, not of a log`);
}

function openKey(options: WitnessOptions): { readonly key: SignerKey; readonly isNew: boolean } {
  const path = options.key ?? join(options.data, 'witness.key');
  const isNew = options.key === undefined && !existsSync(path);
  const privateKey = isNew ? makeKey(path) : readKey(path);
  return { key: signerKeyOf(options.name, 'cosignature', privateKey), isNew };
}

function makeKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  return privateKey;
}

function readKey(path: string): KeyObject {
  try {
    return readPrivateKey(readFileSync(path, 'utf8'), path);
  } catch (cause) {
    if (cause instanceof OpentrailError) throw cause;
    throw new OpentrailError('BAD_ARGUMENT', `--key: ${messageOf(cause)}`, { cause });
  }
}

function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})$/.exec(text);
  if (match?.[1] === undefined)
    throw new OpentrailError('BAD_ARGUMENT', `--listen: must be HOST:PORT (got "${text}")`);
  return { host: match[1].replace(/^\[|\]$/g, ''), port: Number(match[2]) };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
