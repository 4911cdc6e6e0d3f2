import type { TrailEvent } from '../../../events/trail-event.ts';
import { isQuiet } from '../pattern/bus-event.ts';
import { compile } from '../pattern/judge.ts';
import { patternOf } from '../pattern/narrow.ts';
import { laidOut } from '../pattern/readable.ts';
import { ALL_MANAGEMENT, type Rule, type RuleState, type Target } from '../rules.ts';
import { settingsProblems, UNFINISHED, WHOLE_EVENT } from '../target-settings.ts';
import type { NewTarget } from '../targets.ts';

/** Everything that the form asks for. */
export type Draft = {
  readonly name: string;
  readonly bus: string;
  readonly description: string;
  readonly pattern: string;
  /** Of a rule by the clock; '' for a pattern. */
  readonly schedule: string;
  readonly roleArn: string;
  readonly state: RuleState;
  /** Targets that are there already and stay. */
  readonly kept: readonly Target[];
  readonly added: readonly NewTarget[];
};

export type DraftField = 'name' | 'pattern' | 'targets';
export type Problems = { readonly [field in DraftField]?: string };

const SAMPLE = {
  source: ['aws.iam'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: { eventName: [{ prefix: 'Delete' }] },
};

/** A new rule: for what happens again where an event is given. */
export function newDraft(event: TrailEvent | undefined): Draft {
  return {
    name: event ? `again-${event.name}`.slice(0, 64) : '',
    bus: 'default',
    description: '',
    pattern: event ? patternOf(event) : laidOut(JSON.stringify(SAMPLE)),
    schedule: '',
    roleArn: '',
    state: event && isQuiet(event) ? ALL_MANAGEMENT : 'ENABLED',
    kept: [],
    added: [{ id: 'target-1', kind: 'topic', value: '', isNew: true, settings: WHOLE_EVENT }],
  };
}

export function draftOf(rule: Rule, targets: readonly Target[]): Draft {
  const { name, bus, description, schedule, roleArn, state } = rule;
  const pattern = rule.pattern === '' ? '' : laidOut(rule.pattern);
  return { name, bus, description, schedule, roleArn, state, pattern, kept: targets, added: [] };
}

/** What AWS would refuse, by the field it concerns. */
export function validate(draft: Draft): Problems {
  const { name, pattern, schedule } = draft;
  const problems: Record<DraftField, string | undefined> = {
    name: nameProblem(name),
    pattern: schedule === '' ? compile(pattern).problem : undefined,
    targets: targetsProblem(draft),
  };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined));
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'Enter a name.';
  if (name.length > 64) return `A rule’s name has at most 64 characters, not ${name.length}.`;
  return /^[.\-_A-Za-z0-9]+$/.test(name)
    ? undefined
    : 'A rule’s name has letters, digits, periods, hyphens and underscores only.';
}

const MOST_TARGETS = 5;

function targetsProblem({ kept, added }: Draft): string | undefined {
  const count = kept.length + added.length;
  if (count > MOST_TARGETS) return `A rule has at most ${MOST_TARGETS} targets, not ${count}.`;
  const isUnfinished =
    kept.some((target) => target[UNFINISHED] === true) ||
    added.some(({ settings }) => Object.keys(settingsProblems(settings)).length > 0);
  const wrong = added.map((target) => targetProblem(target)).find((problem) => problem !== undefined);
  return wrong ?? (isUnfinished ? 'Correct what a target gets, or its retries.' : undefined);
}

/** What is wrong with one of the added. */
export function targetProblem({ kind, value }: NewTarget): string | undefined {
  if (value === '') return 'Say where the events go, or remove the target.';
  if (kind === 'arn')
    return /^arn:[\w-]+:[\w-]+:[\w-]*:(\d{12})?:.+$/.test(value) ? undefined : `“${value}” is no ARN.`;
  if (kind === 'email')
    return /^[^@\s<>"(),;:\\]{1,64}@[^@\s<>"(),;:\\]{1,255}$/.test(value)
      ? undefined
      : `“${value}” is no e-mail address.`;
  if (kind === 'slack' || kind === 'teams' || kind === 'webhook')
    return URL.canParse(value) && /^https?:/i.test(value)
      ? undefined
      : `“${value}” is no address that begins with https:// or http://.`;
  if (value.startsWith('arn:')) return undefined;
  return /^[\w./#-]{1,512}$/.test(value) ? undefined : `“${value}” is no name of such a thing.`;
}
