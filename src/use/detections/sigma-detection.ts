import { AwsError } from '../../aws/errors.ts';
import { uuidFrom } from '../../base/ids.ts';
import type { Detection } from './detection.ts';
import { parseSigma, parseSigmaRules } from './sigma/parse-sigma.ts';
import { matches, mayMatch, SigmaError, type SigmaRule } from './sigma/sigma-rule.ts';

/** What is imported as text: rules of Sigma. Throws ValidationException that names the place and what is wrong with it. */
export function readSigmaRules(text: string): readonly Detection[] {
  try {
    const rules = parseSigmaRules(text).map(detectionOf);
    if (rules.length === 0) throw new SigmaError('there is no rule in it');
    return rules;
  } catch (cause) {
    if (!(cause instanceof SigmaError)) throw cause;
    throw new AwsError('ValidationException', `Rules: ${cause.message}`, { cause });
  }
}

/** What was imported once; undefined where it is no longer understood. */
export function readStoredRule(text: string): Detection | undefined {
  try {
    return detectionOf(parseSigma(text));
  } catch (error) {
    if (error instanceof SigmaError) return undefined;
    throw error;
  }
}

function detectionOf(rule: SigmaRule): Detection {
  const { only } = rule;
  return {
    id: idOf(rule),
    title: rule.title,
    severity: rule.level,
    attack: rule.tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []),
    why: rule.description,
    next: [],
    falsePositives: rule.falsePositives,
    references: rule.references,
    kind: 'sigma',
    steps: [
      {
        matcher: {
          names: only.eventNames,
          may: ({ name, source }) => mayMatch(rule, { eventName: name, eventSource: source }),
          holds: ({ detail }) => matches(rule, detail),
        },
        count: 1,
        by: [],
        distinct: undefined,
      },
    ],
    within: undefined,
    text: rule.text,
  };
}

/** Rules need not have an id, nor one that is short and plain. */
function idOf({ id, title }: SigmaRule): string {
  return id !== undefined && /^[\w.-]{1,128}$/.test(id) ? id : uuidFrom(`sigma/${id ?? title}`);
}
