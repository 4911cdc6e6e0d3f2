/**
 * Does the work for several items at once, and yields what comes of each in their order. Nothing is begun while nobody asks for more. Rejects
 * as the first work that rejects, once those under way are over.
 */
export async function* readAhead<In, Out>(
  items: AsyncIterable<In>,
  work: (item: In) => Promise<Out>,
  atOnce: number,
): AsyncGenerator<Out> {
  const iterator = items[Symbol.asyncIterator]();
  const begun: Promise<Out>[] = [];
  let ended = false;
  try {
    for (;;) {
      while (!ended && begun.length < atOnce) {
        const next = await iterator.next();
        if (next.done === true) ended = true;
        else begun.push(quiet(work(next.value)));
      }
      const first = begun.shift();
      if (first === undefined) return;
      yield await first;
    }
  } finally {
    await Promise.allSettled(begun);
    await iterator.return?.();
  }
}

/** Whoever waits for it hears of a failure; it must not end the process before. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
