import type { OperationInput, Principal } from '../../src/aws/operation.ts';
import { createLogger } from '../../src/base/log.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import {
  openEmbeddedSqs,
  sqsMigrations,
  type EmbeddedSqs,
  type SqsTables,
} from '../../src/embedded/sqs/index.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { callAs, contextOf, turnableClock, user } from './sns.ts';

/** The embedded SQS with a clock to turn, called as the endpoint calls operations: policies asked first. */
export type TestSqs = AsyncDisposable & {
  readonly sqs: EmbeddedSqs;
  readonly clock: ReturnType<typeof turnableClock>;
  readonly call: (
    operation: string,
    input: OperationInput,
    as?: Principal,
    region?: string,
  ) => Promise<Record<string, unknown>>;
};

export async function startSqs({
  path = ':memory:',
  clock = turnableClock(),
}: { readonly path?: string; readonly clock?: TestSqs['clock'] } = {}): Promise<TestSqs> {
  const { db, close } = await openSettings<SqsTables>({ path, migrations: [sqsMigrations] });
  const sqs = await openEmbeddedSqs({
    settings: db,
    mac: masterKeyOf(new Uint8Array(32)).mac,
    publicUrl: undefined,
    clock,
    log: createLogger('silent'),
  });
  const operations = new Map(sqs.operations.map((operation) => [operation.name, operation]));
  return {
    sqs,
    clock,
    call: async (name, input, as = user('admin'), region = 'us-east-1') => {
      const operation = operations.get(name);
      if (operation === undefined) throw new TypeError(`no operation ${name}`);
      return callAs(operation, input, contextOf(as, region, clock.time));
    },
    [Symbol.asyncDispose]: async () => {
      await sqs.stop();
      await close();
    },
  };
}
