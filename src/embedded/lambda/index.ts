import type { Operation } from '../../aws/operation.ts';
import type { FunctionPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { createCatalog } from './catalog.ts';
import { EventQueue, type LambdaSettings } from './event-queue.ts';
import { EventRunner } from './event-runner.ts';
import { createFunctionPort } from './function-port.ts';
import { createInvoker } from './invoker.ts';
import { LogWriter, type FunctionLogs } from './log-writer.ts';
import { functionOperations } from './operations/functions.ts';
import { invoke } from './operations/invoke.ts';
import type { LambdaParts } from './operations/lambda-operation.ts';
import { permissionOperations } from './operations/permissions.ts';

export { lambdaMigrations, type LambdaTables } from './settings.ts';

export type EmbeddedLambdaDeps = {
  readonly settings: LambdaSettings;
  /** Where the operator puts functions. */
  readonly folder: string;
  /** Whose they are. */
  readonly where: { readonly account: string; readonly region: string };
  /** Invocations at one time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly log: Logger;
};

export type EmbeddedLambda = Stoppable & {
  readonly operations: readonly Operation[];
  readonly functions: FunctionPort;
  /** What is wrong with functions in the folder now, each with its file. */
  readonly complaints: () => Promise<readonly string[]>;
  /** Where what functions print is written. */
  readonly writeTo: (logs: FunctionLogs) => void;
  /** Runs events from now on. */
  readonly start: () => void;
};

/** Functions of a folder, behind the Lambda API. */
export function openEmbeddedLambda(deps: EmbeddedLambdaDeps): EmbeddedLambda {
  const { settings, folder, where, concurrency, clock, log } = deps;
  const catalog = createCatalog(folder);
  let logs: FunctionLogs | undefined;
  const writer = new LogWriter({ logs: () => logs, where, clock, log });
  const invoker = createInvoker({ catalog, writer, where, concurrency, clock });
  const queue = new EventQueue(settings);
  // So that one function that is slow leaves room for others.
  const perFunction = Math.ceil(concurrency / 2);
  const runner = new EventRunner({ queue, invoker, perFunction, clock, log });
  const parts: LambdaParts = { settings, catalog, invoker, queue, where, clock, wake: () => runner.wake() };
  return {
    operations: [invoke(parts), ...functionOperations(parts), ...permissionOperations(parts)],
    functions: createFunctionPort(parts),
    complaints: async () => {
      const found = await Promise.allSettled((await catalog.names()).map((name) => catalog.find(name)));
      return found.flatMap((one) =>
        one.status === 'rejected' ? [String((one.reason as Error).message)] : [],
      );
    },
    writeTo: (to) => {
      logs = to;
    },
    start: () => runner.start(),
    stop: async () => {
      await runner.stop();
      await invoker.stop();
      await writer.stop();
    },
  };
}
