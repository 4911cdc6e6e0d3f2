import type { RateCount, RateKey, RateSeries, RateShare, RateStore } from '../../src/store/contract.ts';

/** Rates in memory, as the contract has them; `shares` is what the test says. */
export function memoryRates(
  shares: (query: Parameters<RateStore['shares']>[0]) => readonly RateShare[] = () => [],
) {
  const counts: RateCount[] = [];
  const tokens = new Set<string>();
  const isAt = ({ key }: RateCount, place: { account: string; region: string }) =>
    key.account === place.account && key.region === place.region;
  const store: RateStore = {
    add: async (added, token) => {
      if (tokens.has(token)) return;
      tokens.add(token);
      counts.push(...added);
    },
    read: async ({ from, to, places }) => {
      const inRange = counts.filter(
        (count) =>
          count.minute >= from &&
          count.minute < to &&
          (places === undefined || places.some((place) => isAt(count, place))),
      );
      const groups = Map.groupBy(inRange, ({ key }) => JSON.stringify(key));
      return [...groups].map(([json, group]) => seriesOf(JSON.parse(json) as RateKey, group));
    },
    periods: async ({ source, name, error, category, watched, from, to, period, ...place }) => {
      const sums = new Map<number, number>();
      for (const count of counts) {
        const { key, minute } = count;
        const isAsked = isAt(count, place) && key.source === source && key.name === name;
        if (!isAsked || minute < from || minute >= to) continue;
        if ((error ?? key.error) !== key.error || (category ?? key.category) !== key.category) continue;
        if (watched && key.readOnly && key.category === 'Management') continue;
        const at = from + Math.floor((minute - from) / period) * period;
        sums.set(at, (sums.get(at) ?? 0) + count.calls);
      }
      return [...sums].sort(([a], [b]) => a - b).map(([minute, calls]) => ({ minute, calls }));
    },
    began: async () => {
      const groups = Map.groupBy(counts, ({ key }) => JSON.stringify([key.account, key.region]));
      return [...groups.values()].map((group) => ({
        account: group[0]?.key.account ?? '',
        region: group[0]?.key.region ?? '',
        minute: group.reduce((least, { minute }) => Math.min(least, minute), Infinity),
      }));
    },
    shares: async (query) => shares(query),
  };
  return { store, counts };
}

function seriesOf(key: RateKey, group: readonly RateCount[]): RateSeries {
  const sums = new Map<number, number>();
  for (const { minute, calls } of group) sums.set(minute, (sums.get(minute) ?? 0) + calls);
  const sorted = [...sums].sort(([a], [b]) => a - b);
  return {
    key,
    minutes: Uint32Array.from(sorted, ([minute]) => minute),
    calls: Uint32Array.from(sorted, ([, calls]) => calls),
  };
}
