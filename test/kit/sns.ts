import { AwsError } from '../../src/aws/errors.ts';
import type { FunctionPort, QueuePort } from '../../src/aws/ports.ts';
import { createLogger } from '../../src/base/log.ts';
import { createMailer } from '../../src/base/mailer.ts';
import { publicOr } from '../../src/base/private-address.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import {
  openEmbeddedSns,
  snsMigrations,
  type EmbeddedSns,
  type SnsTables,
} from '../../src/embedded/sns/index.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { callerOf, turnableClock, type Caller, type TurnableClock } from './calls.ts';

/** The embedded SNS with a clock to turn, called as the endpoint calls operations: policies asked first. */
export type TestSns = AsyncDisposable & {
  readonly sns: EmbeddedSns;
  readonly clock: TurnableClock;
  readonly call: Caller;
  /** How often each notification that still waits was tried in vain, as noted by now. */
  readonly tries: () => Promise<readonly number[]>;
};

const NO_QUEUES: QueuePort = {
  send: ({ queueArn }) => Promise.reject(new AwsError('QueueDoesNotExist', queueArn)),
  checkSend: ({ queueArn }) => Promise.reject(new AwsError('QueueDoesNotExist', queueArn)),
};

/** Made once for all tests of a file: it takes a while. */
let signingKey: SnsTables['sns_signing_keys'] | undefined;

export async function startSns({
  path = ':memory:',
  allow = ['127.0.0.0/8'],
  queues = NO_QUEUES,
  functions,
  smtp,
  clock = turnableClock(),
}: {
  readonly path?: string;
  readonly allow?: readonly string[];
  readonly queues?: QueuePort;
  readonly functions?: FunctionPort;
  readonly smtp?: { readonly url: string; readonly from: string };
  readonly clock?: TurnableClock;
} = {}): Promise<TestSns> {
  const { db, close } = await openSettings<SnsTables>({ path, migrations: [snsMigrations] });
  if (signingKey !== undefined && path === ':memory:')
    await db.insertInto('sns_signing_keys').values(signingKey).execute();
  const mailer = smtp && createMailer(smtp);
  const sns = openEmbeddedSns({
    settings: db,
    masterKey: masterKeyOf(new Uint8Array(32)),
    url: () => 'https://audit.example',
    addresses: publicOr(allow),
    queues,
    functions,
    mail: mailer,
    clock,
    log: createLogger('silent'),
  });
  return {
    sns,
    clock,
    call: callerOf(sns.operations, clock),
    tries: async () =>
      (await db.selectFrom('sns_deliveries').select('attempts').execute()).map(({ attempts }) => attempts),
    [Symbol.asyncDispose]: async () => {
      await sns.stop();
      mailer?.stop();
      signingKey ??= await db.selectFrom('sns_signing_keys').selectAll().executeTakeFirst();
      await close();
    },
  };
}
