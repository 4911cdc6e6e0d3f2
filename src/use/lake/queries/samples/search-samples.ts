import type { SampleQuery } from './sample.ts';

export type FoundSample = SampleQuery & {
  /** Above 0, at most 1. */
  readonly relevance: number;
};

/** What a word of a sample counts, by where it stands. */
const WEIGHTS = { name: 3, words: 2, description: 1.5, sql: 0.5 } as const;

/** Words that say nothing of what is looked for. */
const STOP = new Set(
  'a an and are as at by for from have how i in is it me my of on or show that the this to want was were what when which who with'.split(
    ' ',
  ),
);

/** The samples that have to do with a phrase, the closest first. Rare words count more than those that many samples have. */
export function searchSamples(samples: readonly SampleQuery[], phrase: string): readonly FoundSample[] {
  const asked = [...new Set(stemsOf(phrase))];
  const indexed = samples.map((sample) => ({ sample, weights: weightsOf(sample) }));
  const rarity = new Map(
    asked.map((stem) => {
      const having = indexed.filter(({ weights }) => matchOf(weights, stem) > 0).length;
      return [stem, having === 0 ? 0 : Math.log(1 + samples.length / having)];
    }),
  );
  const whole = asked.reduce((sum, stem) => sum + WEIGHTS.name * (rarity.get(stem) || 1), 0);
  const found = indexed.map(({ sample, weights }) => {
    const score = asked.reduce((sum, stem) => sum + matchOf(weights, stem) * (rarity.get(stem) ?? 0), 0);
    return { ...sample, relevance: whole === 0 ? 0 : Math.min(1, Math.round((1000 * score) / whole) / 1000) };
  });
  return found
    .filter(({ relevance }) => relevance > 0)
    .sort((a, b) => b.relevance - a.relevance || (a.name < b.name ? -1 : 1));
}

function weightsOf(sample: SampleQuery): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[])
    for (const stem of stemsOf(sample[part]))
      weights.set(stem, Math.max(weights.get(stem) ?? 0, WEIGHTS[part]));
  return weights;
}

/** A word that begins like the one that is asked for counts a half. */
function matchOf(weights: ReadonlyMap<string, number>, stem: string): number {
  const exact = weights.get(stem);
  if (exact !== undefined) return exact;
  if (stem.length < 4) return 0;
  const near = [...weights].filter(
    ([word]) => word.startsWith(stem) || (word.length > 3 && stem.startsWith(word)),
  );
  return Math.max(0, ...near.map(([, weight]) => weight / 2));
}

function stemsOf(text: string): readonly string[] {
  return (text.toLowerCase().match(/[a-z0-9]+/g) ?? [])
    .filter((word) => !STOP.has(word) && word.length > 1)
    .map((word) => word.replace(/(?:ies)$/, 'y').replace(/(?<=[a-z]{3})(?:ing|ed|es|s)$/, ''));
}
