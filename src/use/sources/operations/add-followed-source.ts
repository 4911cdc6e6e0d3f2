import { z } from 'zod';

import { accountOfArn, STANDARD_QUEUE_ARN } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { messageOf } from '../../../base/errors.ts';
import { newEventId } from '../../../base/ids.ts';
import type { SourceKey } from '../deps.ts';
import { placeOf } from '../place.ts';
import type { SourceRow } from '../settings.ts';
import { addSource } from '../source-store.ts';
import { checked, invalid, sourceName } from './inputs.ts';
import { shownSource } from './shown-source.ts';
import type { Json, SourceOperationDeps } from './deps.ts';

const shape = {
  Name: sourceName,
  Bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  Prefix: z.string().max(500).default(''),
  /** ARN or URL. */
  Queue: z.string().max(512).optional(),
  ListEverySeconds: z.number().min(1).max(86_400).default(10),
  /** 0: never. */
  SweepEverySeconds: z.number().min(0).max(86_400).default(900),
  /** `aws`, or one of OPENTRAIL_FOLLOW_ENDPOINTS. */
  Endpoint: z.string().max(512).optional(),
  Region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/)
    .optional(),
  AccessKeyId: z.string().min(1).max(128).optional(),
  SecretAccessKey: z.string().min(1).max(256).optional(),
  SessionToken: z.string().min(1).max(4096).optional(),
  EventDataStore: z.string().min(3).max(256).optional(),
  Replay: z.boolean().default(false),
  /** `2026-01-31T00:00:00Z`: files from then on; default now. */
  StartTime: z.string().max(40).optional(),
};

type Given = ReturnType<typeof readInput>;

function readInput(input: Json) {
  return checked(shape, input);
}

/** Follows a bucket from now on. Throws ValidationException, ConflictException, AccessDenied; what the bucket or the queue says is told as it is. */
export async function addFollowedSource(
  deps: SourceOperationDeps,
  input: Json,
  context: CallContext,
): Promise<Json> {
  const given = readInput(input);
  const row = await rowOf(deps, given, context);
  await checkAccess(deps, row, context);
  if (!(await addSource(deps, row)))
    throw new AwsError(
      'ConflictException',
      `There is a followed source ${JSON.stringify(row.name)} already.`,
      {
        status: 409,
      },
    );
  deps.follow(row);
  return { FollowedSource: shownSource(deps, row) };
}

async function rowOf(deps: SourceOperationDeps, given: Given, context: CallContext): Promise<SourceRow> {
  const { accountId: account, region } = context;
  const now = deps.clock.now();
  const place = placeOfInput(deps, given);
  if (given.EventDataStore !== undefined && given.Replay)
    throw invalid(
      'Replay and EventDataStore exclude each other: what goes into one store alone is nothing that happens.',
    );
  const store =
    given.EventDataStore === undefined
      ? undefined
      : await deps.storeOf(given.EventDataStore, { account, region });
  return {
    id: newEventId(),
    account,
    region,
    name: given.Name,
    bucket: given.Bucket,
    prefix: given.Prefix,
    queue_arn: queueOf(given.Queue, { account, region: place.place_region ?? region }),
    place: place.place,
    place_region: place.place_region ?? region,
    sealed_key: place.key === undefined ? null : deps.seal(JSON.stringify(place.key)),
    store_arn: store?.arn ?? null,
    replay: given.Replay ? 1 : 0,
    list_every: given.ListEverySeconds * 1000,
    sweep_every: given.SweepEverySeconds * 1000,
    since: sinceOf(given.StartTime, now),
    created_at: now,
    listed_at: null,
    swept_at: null,
    noticed_at: null,
    notices: 0,
    test_notices: 0,
    foreign_objects: 0,
    repeated: 0,
    files: 0,
    events: 0,
    duplicates: 0,
    outside: 0,
  };
}

function placeOfInput(
  { endpoints }: SourceOperationDeps,
  { Endpoint: at, Region: region, AccessKeyId: id, SecretAccessKey: secret, SessionToken: token }: Given,
): {
  readonly place: string;
  readonly place_region: string | undefined;
  readonly key: SourceKey | undefined;
} {
  if ((id === undefined) !== (secret === undefined))
    throw invalid('AccessKeyId and SecretAccessKey must be given both, or neither.');
  const key: SourceKey | undefined =
    id === undefined || secret === undefined
      ? undefined
      : { accessKeyId: id, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) };
  if (at === undefined) {
    if (key !== undefined) throw invalid('A key is used where Endpoint says: give "aws" or an address.');
    return { place: 'here', place_region: region, key };
  }
  if (region === undefined) throw invalid('Region is needed where Endpoint is given.');
  if (at !== 'aws' && !endpoints.includes(at.replace(/\/$/, '')))
    throw invalid(
      `Endpoint ${JSON.stringify(at)} is not one of OPENTRAIL_FOLLOW_ENDPOINTS${endpoints.length === 0 ? ', which names none' : `: ${endpoints.join(', ')}`}.`,
    );
  if (at !== 'aws' && key === undefined)
    throw invalid('AccessKeyId and SecretAccessKey are needed for an Endpoint other than "aws".');
  return { place: at.replace(/\/$/, ''), place_region: region, key };
}

const URL_PATH = /^https?:\/\/[^/]+\/(\d{12})\/([A-Za-z0-9_-]{1,80})$/;

/** FIFO queues get no notifications of S3. */
function queueOf(
  given: string | undefined,
  { account, region }: { readonly account: string; readonly region: string },
): string | null {
  if (given === undefined) return null;
  if (STANDARD_QUEUE_ARN.test(given)) return given;
  const [, owner, name] = URL_PATH.exec(given) ?? [];
  if (owner !== undefined && name !== undefined) {
    const named = /\/\/(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws/.exec(given);
    return `arn:aws:sqs:${named?.[1] ?? named?.[2] ?? region}:${owner}:${name}`;
  }
  if (/^[A-Za-z0-9_-]{1,80}$/.test(given)) return `arn:aws:sqs:${region}:${account}:${given}`;
  throw invalid(
    `Queue must be a name, a URL or an ARN of a standard queue (got ${JSON.stringify(given.slice(0, 200))}).`,
  );
}

function sinceOf(text: string | undefined, now: number): number {
  if (text === undefined) return now;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid(`StartTime must be a time (got ${JSON.stringify(text)}).`);
  return time;
}

/** Here the caller must be let to read what is to be read for him; elsewhere the key that is given decides. */
async function checkAccess(deps: SourceOperationDeps, row: SourceRow, context: CallContext): Promise<void> {
  const { bucket, prefix, account, queue_arn: queueArn } = row;
  if (row.place === 'here') {
    context.authorize('s3:ListBucket', `arn:aws:s3:::${bucket}`);
    context.authorize('s3:GetObject', `arn:aws:s3:::${bucket}/${prefix}*`);
    if (queueArn !== null) {
      if (accountOfArn(queueArn) !== account) throw invalid('Queue must be one of the own account.');
      for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage']) context.authorize(action, queueArn);
    }
  }
  const { buckets, queues } = deps.reach(placeOf(deps, row));
  const principal = row.place === 'here' ? context.principal.arn : undefined;
  await told('Bucket', () => buckets.checkRead({ bucket, prefix, account, principal }));
  if (queueArn !== null) await told('Queue', () => queues.check(queueArn));
}

async function told(member: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = cause instanceof AwsError ? `${cause.code}: ` : '';
    throw new AwsError('ValidationException', `${member}: ${code}${messageOf(cause)}`, { cause });
  }
}
