import type { Pattern } from '../parse-pattern.ts';
import { createFields, fieldsHold, fieldsHoldPlainly, type FieldAt } from './fields.ts';
import { createPathTree } from './path-tree.ts';

/** Many patterns, asked together about one event after another. */
export type PatternIndex<Id> = {
  /** Puts a pattern under `id`, in the place of what stood there. */
  readonly add: (id: Id, pattern: Pattern) => void;
  readonly remove: (id: Id) => void;
  /** The ids of all patterns that match, each once, in no order. */
  readonly find: (event: Readonly<Record<string, unknown>>) => Id[];
  readonly size: () => number;
};

/** So many removed patterns may stay in the index, or as many as there are others. */
const MOST_REMOVED = 64;

/**
 * A pattern waits at the values of one of its fields, the one where the fewest others wait; an event brings up those that wait at its values, and only
 * these are asked in full. So the time for an event grows with the patterns that come near to it, not with all that there are.
 * What was removed is passed over, and goes when the index is built anew, once it is half of all.
 */
export function createPatternIndex<Id>(): PatternIndex<Id> {
  const patterns = new Map<Id, { readonly pattern: Pattern; number: number }>();
  let built = createBuild<Id>();
  let removed = 0;
  const remove = (id: Id): void => {
    const entry = patterns.get(id);
    if (entry === undefined) return;
    built.kill(entry.number);
    patterns.delete(id);
    if (++removed <= Math.max(MOST_REMOVED, patterns.size)) return;
    built = createBuild();
    for (const [each, one] of patterns) one.number = built.add(each, one.pattern);
    removed = 0;
  };
  return {
    add: (id, pattern) => {
      remove(id);
      patterns.set(id, { pattern, number: built.add(id, pattern) });
    },
    remove,
    find: (event) => built.find(event),
    size: () => patterns.size,
  };
}

/** In `found`: a pattern that was removed. */
const DEAD = -1;

/** Patterns and their branches are numbers: what every branch that is brought up is asked for lies close together in memory. */
type Branches = {
  readonly patternOf: number[];
  /** The event that brought it up last. */
  readonly brought: number[];
  readonly all: (readonly FieldAt[])[];
  /** What is still to be asked when it was brought up, unless arrays are concerned; 0 for nothing. */
  readonly rest: (readonly FieldAt[] | 0)[];
  /** Those that only want something to be absent. */
  readonly always: number[];
};

function createBuild<Id>() {
  const tree = createPathTree<number>();
  const fields = createFields(tree);
  const branches: Branches = { patternOf: [], brought: [], all: [], rest: [], always: [] };
  const { patternOf, brought, all, rest, always } = branches;
  const ids: Id[] = [];
  /** Of each pattern the event that found it last. */
  const found: number[] = [];
  const candidates: number[] = [];
  let event = 0;

  const bring = (numbers: readonly number[]): void => {
    for (const branch of numbers) {
      if (brought[branch] === event) continue;
      brought[branch] = event;
      candidates.push(branch);
    }
  };
  const holds = (branch: number, hasArrays: boolean): boolean => {
    if (hasArrays) return fieldsHold(all[branch] ?? [], event);
    const asked = rest[branch] ?? 0;
    return asked === 0 || fieldsHoldPlainly(asked, event);
  };
  return {
    add: (id: Id, pattern: Pattern): number => {
      const number = ids.push(id) - 1;
      found.push(0);
      for (const branch of pattern.branches) addBranch(branches, number, branch.map(fields.at));
      return number;
    },
    kill: (pattern: number): void => {
      found[pattern] = DEAD;
    },
    find: (of: Readonly<Record<string, unknown>>): Id[] => {
      event++;
      candidates.length = 0;
      const hasArrays = tree.read(of, event, bring);
      bring(always);
      const answer: Id[] = [];
      for (const branch of candidates) {
        const pattern = patternOf[branch] ?? 0;
        const last = found[pattern];
        if (last === event || last === DEAD || !holds(branch, hasArrays)) continue;
        found[pattern] = event;
        answer.push(ids[pattern] as Id);
      }
      return answer;
    },
  };
}

function addBranch(
  { patternOf, brought, all, rest, always }: Branches,
  pattern: number,
  at: readonly FieldAt[],
): void {
  const branch = all.push(at) - 1;
  const place = emptiest(at);
  const isAsked = place?.conditions.every(({ isAccess }) => isAccess) ?? false;
  const others = isAsked ? at.filter((field) => field !== place) : at;
  rest.push(others.length === 0 ? 0 : others);
  brought.push(0);
  patternOf.push(pattern);
  if (place === undefined) always.push(branch);
  else for (const { access } of place.conditions) place.node.index?.add(access, branch);
}

/** The field at whose values the fewest patterns wait; undefined where each could also be absent. */
function emptiest(fields: readonly FieldAt[]): FieldAt | undefined {
  let best: FieldAt | undefined;
  let least = Infinity;
  for (const field of fields) {
    if (field.canBeAbsent) continue;
    const { index } = field.node;
    const crowd = field.conditions.reduce((sum, { access }) => sum + 1 + (index?.crowd(access) ?? 0), 0);
    if (crowd >= least) continue;
    least = crowd;
    best = field;
  }
  return best;
}
