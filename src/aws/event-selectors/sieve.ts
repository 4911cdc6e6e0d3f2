import { createArnIndex, type ArnIndex } from './arn-index.ts';
import type { EventFacts, EventOutlineColumns } from './event-facts.ts';
import type { CompiledSelector, EventOutline, Selection } from './selection.ts';

export type SieveMember = {
  readonly selection: Selection;
  /** Whether events of that account, region and source concern the member at all. */
  readonly isInReach: (columns: EventOutlineColumns) => boolean;
};

/**
 * Decides for many trails at once which of them log an event. What the outline of an event decides (its account, region, category, source,
 * name) is decided once for all events of that outline; of the selectors that ask for more only those are tried which have a text of the event's ARNs.
 */
export type Sieve = {
  /** Numbers of the members that log the event, in no order. */
  readonly membersFor: (columns: EventOutlineColumns, facts: EventFacts) => readonly number[];
};

/** Of the events of one outline. */
type Answer = {
  /** Members that log all of them. */
  readonly sure: readonly number[];
  readonly open: readonly OpenSelector[];
  /** Of `open`: those to be tried on every event. */
  readonly always: readonly number[];
  /** Of `open`: the others, by their ARNs. */
  readonly byArn: ArnIndex | undefined;
};

type OpenSelector = { readonly member: number; readonly selector: CompiledSelector };

/** Texts of an outline come from callers, so that only so many are remembered at a time. */
const REMEMBERED = 10_000;

export function createSieve(members: readonly SieveMember[]): Sieve {
  const answers = new Map<string, Answer>();
  return {
    membersFor: (columns, facts) => {
      const key = `${columns.account} ${columns.region} ${columns.category} ${columns.readOnly} ${columns.source} ${columns.name}`;
      let answer = answers.get(key);
      if (answer === undefined) {
        if (answers.size >= REMEMBERED) answers.clear();
        answer = answerFor(members, columns, facts);
        answers.set(key, answer);
      }
      return answer.open.length === 0 ? answer.sure : withOpen(answer, facts);
    },
  };
}

function answerFor(
  members: readonly SieveMember[],
  columns: EventOutlineColumns,
  outline: EventOutline,
): Answer {
  const sure: number[] = [];
  const open: OpenSelector[] = [];
  for (const [member, { selection, isInReach }] of members.entries()) {
    if (!isInReach(columns)) continue;
    const verdicts = selection.selectors.map((selector) => ({ selector, verdict: selector.judge(outline) }));
    if (verdicts.some(({ verdict }) => verdict === 'yes')) sure.push(member);
    else
      for (const { selector, verdict } of verdicts) if (verdict === 'maybe') open.push({ member, selector });
  }
  const entries = open.flatMap(({ selector: { arns } }, index) =>
    arns === undefined ? [] : [[index, arns] as const],
  );
  return {
    sure,
    open,
    always: [...open.keys()].filter((index) => open[index]?.selector.arns === undefined),
    byArn: entries.length === 0 ? undefined : createArnIndex(entries),
  };
}

function withOpen({ sure, open, always, byArn }: Answer, facts: EventFacts): readonly number[] {
  const tried = byArn === undefined ? always : byArnsOf(facts, byArn, always);
  if (tried.length === 0) return sure;
  const found = new Set(sure);
  for (const index of tried) {
    const one = open[index];
    if (one !== undefined && !found.has(one.member) && one.selector.matches(facts)) found.add(one.member);
  }
  return [...found];
}

/** Mostly nothing is found, so that nothing is made for it. */
function byArnsOf(facts: EventFacts, byArn: ArnIndex, always: readonly number[]): readonly number[] {
  let tried: number[] | undefined;
  for (const arn of facts.mentionedArns()) {
    byArn.find(arn, (index) => {
      tried ??= [...always];
      tried.push(index);
    });
  }
  return tried ?? always;
}
