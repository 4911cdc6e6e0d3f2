type Waiter = { readonly seq: number; readonly done: (reached: boolean) => void };

/** Readers at the head who wait for more. */
export class Waiters {
  #waiting = new Set<Waiter>();

  /** Everything up to `head` can be read now. */
  advance(head: number): void {
    for (const waiter of this.#waiting) if (waiter.seq <= head) waiter.done(true);
  }

  /** True when `advance` reached `seq`; false when the signal aborts first. */
  wait(seq: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onAbort = (): void => waiter.done(false);
      const waiter: Waiter = {
        seq,
        done: (reached) => {
          this.#waiting.delete(waiter);
          signal.removeEventListener('abort', onAbort);
          resolve(reached);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  /** Nothing more will come. */
  close(): void {
    for (const waiter of this.#waiting) waiter.done(false);
  }
}
