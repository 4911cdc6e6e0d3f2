import type { LogEvent, LogEventStore, LogPosition } from '../../src/store/contract.ts';

type Stored = LogEvent & { readonly group: string };

const compare = (a: LogPosition, b: LogPosition) => a.time - b.time || a.ingested - b.ingested || a.n - b.n;

/** The store of log events in memory, by its contract. */
export function memoryLogEvents() {
  let events: Stored[] = [];
  let next = 1;
  const store: LogEventStore = {
    append: async ({ group, stream, ingested, events: batch }) => {
      for (const event of batch) events.push({ ...event, group, stream, ingested, n: next++ });
      events.sort(compare);
    },
    scan: async ({ group, streams, from, to, after, before, order, contains = [], limit }) => {
      const found = events.filter(
        (event) =>
          event.group === group &&
          (streams === undefined || streams.includes(event.stream)) &&
          event.time >= from &&
          event.time <= to &&
          (after === undefined || compare(event, after) > 0) &&
          (before === undefined || compare(event, before) < 0) &&
          contains.every((texts) => texts.some((text) => event.message.includes(text))),
      );
      return (order === 'oldest-first' ? found : found.reverse()).slice(0, limit);
    },
    arrivals: async ({ group, after, through, limit }) =>
      events
        .filter((event) => event.group === group && event.n > after && event.n <= through)
        .sort((a, b) => a.n - b.n)
        .slice(0, limit),
    arrivedThrough: () => next - 1,
    appending: () => false,
    query: () => Promise.reject(new TypeError('only an engine answers questions')),
    streams: async ({ group, from }) => {
      const own = events.filter((event) => event.group === group && event.time >= from);
      return [...Map.groupBy(own, (event) => event.stream)].map(([stream, held]) => ({
        stream,
        first: held[0]?.time ?? 0,
        last: held.at(-1)?.time ?? 0,
        lastIngested: Math.max(...held.map(({ ingested }) => ingested)),
      }));
    },
    sizes: async (groups) =>
      new Map(
        groups.map((group) => {
          const own = events.filter((event) => event.group === group);
          return [group, own.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0)];
        }),
      ),
    remove: async ({ group, stream, before }) => {
      events = events.filter(
        (event) =>
          event.group !== group ||
          (stream !== undefined && event.stream !== stream) ||
          (before !== undefined && event.time >= before),
      );
    },
  };
  return { store, count: () => events.length };
}
