import { createLogger } from '../../src/base/log.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import {
  openEmbeddedSqs,
  sqsMigrations,
  type EmbeddedSqs,
  type SqsTables,
} from '../../src/embedded/sqs/index.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { callerOf, turnableClock, type Caller, type TurnableClock } from './calls.ts';

/** The embedded SQS with a clock to turn, called as the endpoint calls operations: policies asked first. */
export type TestSqs = AsyncDisposable & {
  readonly sqs: EmbeddedSqs;
  readonly clock: TurnableClock;
  readonly call: Caller;
};

export async function startSqs({
  path = ':memory:',
  clock = turnableClock(),
}: { readonly path?: string; readonly clock?: TurnableClock } = {}): Promise<TestSqs> {
  const { db, close } = await openSettings<SqsTables>({ path, migrations: [sqsMigrations] });
  const sqs = await openEmbeddedSqs({
    settings: db,
    mac: masterKeyOf(new Uint8Array(32)).mac,
    publicUrl: undefined,
    clock,
    log: createLogger('silent'),
  });
  return {
    sqs,
    clock,
    call: callerOf(sqs.operations, clock),
    [Symbol.asyncDispose]: async () => {
      await sqs.stop();
      await close();
    },
  };
}
