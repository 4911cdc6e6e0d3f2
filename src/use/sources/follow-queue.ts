import type { ReceivedMessage } from '../../aws/ports.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { Source, SourceDeps } from './deps.ts';
import { readNotice } from './notice.ts';
import { countNotices, isDone, setAside } from './source-store.ts';
import { isFollowed, isMissing, takeFiles, type TakeResult } from './take-files.ts';

/** Seconds for which a message is ours: after that somebody else, or this server after kill -9, gets it again. */
const VISIBILITY = 30;
const WAIT = 20;
const MOST_AT_ONCE = 100;
/** How often a message may come whose file is not there, before it is set aside. */
const MOST_RECEIVES = 5;

/**
 * Receives once and takes what the notices name. A message is deleted only when the records of its files are journalled, or when there is nothing
 * in it for us. Rejects when the queue, the bucket or the journal fail: what was received comes again.
 */
export async function followQueue(deps: SourceDeps, source: Source): Promise<void> {
  const messages = await receive(source);
  if (messages.length === 0) return;
  const read = messages.map((message) => readMessage(source, message));
  const keys = read.flatMap((one) => one.keys);
  const known = await isDone(deps, source.row.id, keys);
  const result = await takeFiles(deps, source, keys);
  await countNotices(deps, source.row.id, {
    notices: messages.length,
    test_notices: read.filter(({ kind }) => kind === 'test').length,
    foreign_objects: read.reduce((sum, { foreign }) => sum + foreign, 0),
    repeated: keys.filter((key, i) => known.has(key) || keys.indexOf(key) < i).length,
  });
  const done: string[] = [];
  for (const one of read) if (await isFinished(deps, source, one, result)) done.push(one.message.handle);
  const queueArn = queueOf(source);
  for (let at = 0; at < done.length; at += 10)
    await source.reached.queues.delete({ queueArn, handles: done.slice(at, at + 10) });
  tellFailure(result);
}

type ReadMessage = {
  readonly message: ReceivedMessage;
  readonly kind: 'objects' | 'test' | 'other' | 'unreadable';
  readonly keys: readonly string[];
  readonly foreign: number;
  readonly reason: string;
};

function queueOf({ row }: Source): string {
  return row.queue_arn ?? '';
}

/** Waits for the first; then what else is there at once. */
async function receive(source: Source): Promise<readonly ReceivedMessage[]> {
  const queueArn = queueOf(source);
  const ask = (waitSeconds: number) =>
    source.reached.queues.receive({
      queueArn,
      waitSeconds,
      visibilitySeconds: VISIBILITY,
      signal: source.signal,
    });
  const all = [...(await ask(WAIT))];
  for (let more = all.length; more > 0 && all.length < MOST_AT_ONCE && !source.signal.aborted;) {
    const next = await ask(0);
    more = next.length;
    all.push(...next);
  }
  return all;
}

function readMessage({ row }: Source, message: ReceivedMessage): ReadMessage {
  const notice = readNotice(message.body);
  const base = { message, keys: [], foreign: 0, reason: '' };
  if (notice.kind === 'unreadable') return { ...base, kind: notice.kind, reason: notice.reason };
  if (notice.kind !== 'objects') return { ...base, kind: notice.kind };
  // What is noticed is new, whatever its name says: it may be late.
  const keys = notice.objects
    .filter((object) => isFollowed({ ...row, since: 0 }, object))
    .map(({ key }) => key);
  return { ...base, kind: 'objects', keys, foreign: notice.objects.length - keys.length };
}

async function isFinished(
  deps: SourceDeps,
  { row }: Source,
  { message, kind, keys, reason }: ReadMessage,
  { done, failed }: TakeResult,
): Promise<boolean> {
  const { id, body, receives } = message;
  if (kind === 'unreadable') {
    await setAside(deps, row.id, { kind: 'message', what: id, reason, text: body });
    return true;
  }
  const open = keys.filter((key) => !done.has(key));
  if (open.length === 0) return true;
  const isHopeless = open.every((key) => isMissing(failed.get(key))) && receives >= MOST_RECEIVES;
  if (!isHopeless) return false;
  for (const key of open)
    await setAside(deps, row.id, {
      kind: 'file',
      what: key,
      reason: `was noticed ${receives} times and is not in the bucket`,
      text: body,
    });
  return true;
}

/** Files that are not there yet are no failure of the source. */
function tellFailure({ failed }: TakeResult): void {
  for (const [key, error] of failed) {
    if (isMissing(error)) continue;
    throw new OpentrailError('SOURCE_FAILED', `${key}: ${messageOf(error)}`, { cause: error });
  }
}
