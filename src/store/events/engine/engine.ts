import type { Logger } from '../../../base/log.ts';
import { OpentrailError } from '../../../base/errors.ts';

export type EngineOptions = {
  /** Folder of the engine's own; made when absent. One engine at a time. */
  readonly dir: string;
  readonly log: Logger;
};

export type Engine = {
  /** `http://opentrail:SECRET@127.0.0.1:PORT`: the same over restarts. Never logged. */
  readonly url: string;
  /** Process id of the child at the moment; undefined while it is down. */
  readonly pid: () => number | undefined;
  /** Called at each death that nobody asked for, before the restart. */
  readonly onExit: (listener: (reason: string) => void) => void;
  readonly running: () => boolean;
  /** Finishes what was begun, closes the database, ends the child. */
  readonly stop: () => Promise<void>;
};

/** Starts and supervises the embedded ClickHouse. Resolves when it answers; rejects with ENGINE_UNAVAILABLE when it cannot be started at all. */
export function startEngine(_options: EngineOptions): Promise<Engine> {
  return Promise.reject(new OpentrailError('NOT_BUILT', 'engine'));
}
