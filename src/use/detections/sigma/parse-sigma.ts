import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

import { anyOf } from './check.ts';
import { parseCondition } from './parse-condition.ts';
import { parseSelection } from './parse-selection.ts';
import { LEVELS, SigmaError, type Check, type SigmaRule } from './sigma-rule.ts';

/** Some hundreds of public rules. */
const MOST_CHARACTERS = 1_000_000;

const texts = z
  .union([z.string().transform((text) => [text]), z.array(z.string())])
  .nullish()
  .transform((list) => list ?? []);

const RULE = z.object({
  id: z.string().max(200).nullish(),
  title: z.string().min(1).max(256),
  level: z.enum(LEVELS).default('medium'),
  status: z.string().nullish(),
  description: z.string().nullish(),
  author: z.string().nullish(),
  tags: texts,
  falsepositives: texts,
  references: texts,
  logsource: z.record(z.string(), z.unknown()),
  detection: z.record(z.string(), z.unknown()),
});

/**
 * A rule of Sigma as YAML, for records of CloudTrail. https://sigmahq.io/docs/basics/rules.html
 * Throws SigmaError that names the place and what is wrong or not supported; correlation rules and filters are not.
 */
export function parseSigma(text: string): SigmaRule {
  const [rule, ...more] = parseSigmaRules(text);
  if (rule === undefined || more.length > 0)
    throw new SigmaError(`one rule is expected (got ${rule === undefined ? 'none' : more.length + 1})`);
  return rule;
}

/** All rules of a text, which `---` sets apart. */
export function parseSigmaRules(text: string): readonly SigmaRule[] {
  if (text.length > MOST_CHARACTERS)
    throw new SigmaError(`at most ${MOST_CHARACTERS} characters are read (got ${text.length})`);
  const parts = text.split(/^---(?=\s|$)/m).filter((part) => /^\s*[^\s#]/m.test(part));
  return parts.map((part, at) => {
    try {
      return ruleOf(yamlOf(part), part.trim());
    } catch (error) {
      if (error instanceof SigmaError && parts.length > 1)
        throw new SigmaError(`rule ${at + 1}: ${error.message}`, { cause: error });
      throw error;
    }
  });
}

function yamlOf(text: string): unknown {
  const [document] = parseAllDocuments(text);
  if (document === undefined || !('errors' in document)) throw new SigmaError('there is nothing in it');
  const [error] = document.errors;
  if (error !== undefined) throw new SigmaError(`no YAML: ${error.message.trim()}`, { cause: error });
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases that would grow without end.
    throw new SigmaError(`no YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function ruleOf(yaml: unknown, text: string): SigmaRule {
  if (typeof yaml !== 'object' || yaml === null || Array.isArray(yaml))
    throw new SigmaError('a rule is expected: keys such as title, logsource and detection');
  for (const kind of ['correlation', 'filter', 'action'])
    if (kind in yaml) throw new SigmaError(`${kind}: rules of this kind are not supported`);
  const parsed = RULE.safeParse(yaml);
  if (!parsed.success)
    throw new SigmaError(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  const { id, title, level, status, description, author, tags, falsepositives, references } = parsed.data;
  const check = checkOf(parsed.data.detection);
  return {
    ...{ title, level, tags, references, text, check },
    id: id ?? undefined,
    status: status ?? undefined,
    author: author ?? undefined,
    description: description?.trim() ?? '',
    falsePositives: falsepositives,
    logsource: logsourceOf(parsed.data.logsource),
    only: check.only,
  };
}

function logsourceOf(logsource: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(logsource).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const known = Object.fromEntries(entries);
  const { product, service } = known;
  if (product !== 'aws' || (service !== undefined && service !== 'cloudtrail'))
    throw new SigmaError(
      `logsource: only product aws, service cloudtrail is supported (got product ${product ?? 'none'}, service ${service ?? 'none'})`,
    );
  return known;
}

function checkOf({ condition, ...rest }: Readonly<Record<string, unknown>>): Check {
  if ('timeframe' in rest) throw new SigmaError('detection.timeframe: is not supported');
  const selections = new Map(
    Object.entries(rest).map(([name, selection]) => [name, parseSelection(selection, `detection.${name}`)]),
  );
  const conditions = Array.isArray(condition) ? (condition as readonly unknown[]) : [condition];
  const checks = conditions.map((one) => {
    if (typeof one !== 'string') throw new SigmaError('detection.condition: a text is expected');
    return parseCondition(one, selections);
  });
  if (checks.length === 0) throw new SigmaError('detection.condition: a text is expected');
  return anyOf(checks);
}
