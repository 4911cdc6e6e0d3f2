import type { Operation } from '../../../aws/operation.ts';
import { messageOf } from '../../../base/errors.ts';
import type { ImportDeps } from './deps.ts';
import { findImport, importsUnderWay, isUnderWay } from './import-store.ts';
import { importOperations } from './operations/import-operations.ts';
import { runImport } from './run-import.ts';

/** Those that wait begin when another ends: reading and writing are the machine's, not the account's. */
const AT_ONCE = 2;

export type Imports = {
  readonly operations: readonly Operation[];
  /** Whether a store has an import under way: then it is neither changed nor deleted. */
  readonly isImporting: (storeArn: string) => Promise<boolean>;
  /** Goes on with those that an earlier run of the server left. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Imports of log files into event data stores. */
export function createImports(deps: ImportDeps): Imports {
  const runs = new Runs(deps);
  return {
    operations: importOperations({ ...deps, begin: (id) => runs.begin(id), halt: (id) => runs.halt(id) }),
    isImporting: async (storeArn) => (await importsUnderWay(deps)).some((row) => row.store_arn === storeArn),
    start: async () => {
      for (const { id } of await importsUnderWay(deps)) runs.begin(id);
    },
    stop: () => runs.stop(),
  };
}

class Runs {
  readonly #deps: ImportDeps;
  readonly #under = new Map<string, { readonly stopping: AbortController; readonly done: Promise<void> }>();
  readonly #waiting: string[] = [];
  #stopped = false;

  constructor(deps: ImportDeps) {
    this.#deps = deps;
  }

  begin(id: string): void {
    if (this.#under.has(id) || this.#waiting.includes(id)) return;
    this.#waiting.push(id);
    this.#next();
  }

  /** Resolves once nothing of it is written any more. */
  async halt(id: string): Promise<void> {
    const at = this.#waiting.indexOf(id);
    if (at >= 0) this.#waiting.splice(at, 1);
    const run = this.#under.get(id);
    run?.stopping.abort();
    await run?.done;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.length = 0;
    for (const { stopping } of this.#under.values()) stopping.abort();
    await Promise.all([...this.#under.values()].map(({ done }) => done));
  }

  #next(): void {
    while (!this.#stopped && this.#under.size < AT_ONCE) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      const stopping = new AbortController();
      const done = this.#run(id, stopping.signal).finally(() => {
        this.#under.delete(id);
        this.#next();
      });
      this.#under.set(id, { stopping, done });
    }
  }

  async #run(id: string, signal: AbortSignal): Promise<void> {
    try {
      const row = await findImport(this.#deps, id);
      if (row !== undefined && isUnderWay(row.status)) await runImport(this.#deps, row, signal);
    } catch (error) {
      this.#deps.log.error(
        { import: id, err: messageOf(error) },
        'import ended; it goes on at the next start',
      );
    }
  }
}
