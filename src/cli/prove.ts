import { writeFile } from 'node:fs/promises';

import { Command } from 'commander';

import { messageOf, OpentrailError } from '../base/errors.ts';
import type { EventProof } from '../use/proofs/prove/prove-event.ts';
import { serverAccess } from './client.ts';
import { grouped } from './progress.ts';
import { serverText } from './server-request.ts';

type ProveOptions = {
  readonly data?: string;
  readonly out?: string;
  readonly publicKey?: boolean;
  readonly checkpoint?: boolean;
};

/** `opentrail prove EVENT_ID`: a file that shows that the record is in the tree, to be checked anywhere. */
export function proveCommand(): Command {
  return new Command('prove')
    .description(
      'Give a proof that an event is in the tree: a file that proves itself to whoever has the public key.',
    )
    .argument('[event-id]', "the record's eventID")
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--out <file>', 'write it there instead of printing it')
    .option('--public-key', 'print the key that proofs are checked with; keep it elsewhere')
    .option('--checkpoint', 'print the signed size and root of the tree as it is now; keep it elsewhere')
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail prove --public-key > opentrail.vkey\n  opentrail prove 3b2f8d0e-… --out event.tlog-proof\n  opentrail verify --proof event.tlog-proof --public-key "$(cat opentrail.vkey)"\n  opentrail prove --checkpoint > today.checkpoint; opentrail verify s3://trail-logs --checkpoint today.checkpoint',
    )
    .action(prove);
}

async function prove(eventId: string | undefined, options: ProveOptions): Promise<void> {
  const asked = [eventId !== undefined, options.publicKey, options.checkpoint].filter(Boolean).length;
  if (asked !== 1)
    throw new OpentrailError('BAD_ARGUMENT', 'give an event id, or --public-key, or --checkpoint');
  const server = await serverAccess(options);
  if (options.publicKey) return put(options.out, await serverText(server, '/_proof/key'));
  if (options.checkpoint) return put(options.out, await serverText(server, '/_proof/checkpoint'));
  const answer = await serverText(server, `/_proof/events/${encodeURIComponent(eventId ?? '')}`);
  const { proof, index, size, record } = JSON.parse(answer) as EventProof;
  await put(options.out, proof);
  process.stderr.write(`leaf ${grouped(index)} of ${grouped(size)}${ABOUT[record]}\n`);
  if (record === 'changed') process.exitCode = 1;
}

const ABOUT: Readonly<Record<EventProof['record'], string>> = {
  held: '',
  gone: '; the history no longer has the record: check with --record FILE (the log file it was delivered in)',
  changed: '; INVALID: the record that the history has is not the one in the tree',
};

async function put(file: string | undefined, text: string): Promise<void> {
  if (file === undefined) return void process.stdout.write(text);
  await writeFile(file, text).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `--out: ${messageOf(cause)}`, { cause });
  });
}
