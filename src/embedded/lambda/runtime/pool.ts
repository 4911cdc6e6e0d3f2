import type { FunctionCode } from '../catalog.ts';
import type { Sandbox } from './sandbox.ts';

export type PoolDeps = {
  readonly start: (code: FunctionCode) => Sandbox;
  /** Processes at one time. */
  readonly most: number;
  readonly now: () => number;
};

/** Milliseconds for which a process waits for the next event. */
const IDLE = 5 * 60_000;

type Idle = { readonly sandbox: Sandbox; readonly since: number };

/** The processes of all functions: those at work, and those that wait for the next event of theirs. */
export class Pool {
  readonly #deps: PoolDeps;
  readonly #busy = new Set<Sandbox>();
  #idle: Idle[] = [];
  readonly #sweep: NodeJS.Timeout;
  #stopped = false;

  constructor(deps: PoolDeps) {
    this.#deps = deps;
    this.#sweep = setInterval(() => this.#dropIdle(), 30_000).unref();
  }

  /** Undefined where all places are taken. */
  take(code: FunctionCode): Sandbox | undefined {
    if (this.#stopped || this.#busy.size >= this.#deps.most) return undefined;
    this.#drop(({ sandbox }) => !sandbox.isUsable || isFormer(sandbox.code, code));
    const at = this.#idle.findLastIndex(({ sandbox }) => sandbox.code.name === code.name);
    const warm = at < 0 ? undefined : this.#idle.splice(at, 1)[0]?.sandbox;
    if (warm === undefined && this.#busy.size + this.#idle.length >= this.#deps.most)
      this.#idle.shift()?.sandbox.kill();
    const sandbox = warm ?? this.#deps.start(code);
    this.#busy.add(sandbox);
    return sandbox;
  }

  giveBack(sandbox: Sandbox): void {
    this.#busy.delete(sandbox);
    if (!sandbox.isUsable || this.#stopped) sandbox.kill();
    else this.#idle.push({ sandbox, since: this.#deps.now() });
  }

  /** Ends them all, at work or not. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweep);
    const all = [...this.#busy, ...this.#idle.map(({ sandbox }) => sandbox)];
    for (const sandbox of all) sandbox.kill();
    await Promise.all(all.map((sandbox) => sandbox.ended()));
  }

  #dropIdle(): void {
    const oldest = this.#deps.now() - IDLE;
    this.#drop(({ since }) => since < oldest);
  }

  #drop(isToGo: (idle: Idle) => boolean): void {
    for (const { sandbox } of this.#idle.filter(isToGo)) sandbox.kill();
    this.#idle = this.#idle.filter((idle) => !isToGo(idle));
  }
}

function isFormer(former: FunctionCode, code: FunctionCode): boolean {
  return former.name === code.name && former.fingerprint !== code.fingerprint;
}
