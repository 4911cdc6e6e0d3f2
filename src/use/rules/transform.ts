import type { BusEvent } from './event.ts';
import { parseJsonPath, valueAt } from './json-path.ts';
import { invalid } from './rule-errors.ts';
import type { Target } from './target.ts';

export type About = {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When the event was accepted, ms. */
  readonly acceptedAt: number;
};

const RESERVED: ReadonlySet<string> = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
]);
const MOST_PATHS = 100;
const NAME = /^[A-Za-z0-9_-]{1,256}$/;
const PLACEHOLDER = /<([A-Za-z0-9_.-]{1,256})>/y;

/**
 * What a target gets of an event: all of it, a part of it, a constant, or a text made of parts. `body` is the event as JSON.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function inputOf(target: Target, body: string, about: About): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) {
    const found = valueAt(JSON.parse(body), parseJsonPath(target.InputPath) ?? []);
    return found === undefined ? '' : JSON.stringify(found);
  }
  const { InputTransformer: transformer } = target;
  if (transformer === undefined) return body;
  const values = valuesOf(transformer.InputPathsMap ?? {}, JSON.parse(body) as BusEvent, about);
  return filled(transformer.InputTemplate, (name, quoted) => {
    if (!values.has(name)) return isKnown(name, transformer.InputPathsMap) ? '' : undefined;
    const value = values.get(name);
    return quoted && typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function isKnown(name: string, paths: Readonly<Record<string, string>> | undefined): boolean {
  return RESERVED.has(name) || Object.hasOwn(paths ?? {}, name);
}

/** A variable whose path leads nowhere is not among them. */
function valuesOf(
  paths: Readonly<Record<string, string>>,
  event: BusEvent,
  { ruleArn, ruleName, acceptedAt }: About,
): ReadonlyMap<string, unknown> {
  const { detail: _detail, ...envelope } = event;
  const values = new Map<string, unknown>([
    ['aws.events.rule-arn', ruleArn],
    ['aws.events.rule-name', ruleName],
    ['aws.events.event.ingestion-time', new Date(acceptedAt).toISOString()],
    ['aws.events.event', envelope],
    ['aws.events.event.json', event],
  ]);
  for (const [name, path] of Object.entries(paths)) {
    const value = valueAt(event, parseJsonPath(path) ?? []);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/**
 * The template with its placeholders filled in. Within quotes a text is put as it is, without escapes, as in AWS; outside as JSON. `fill` gives
 * undefined for what is no variable, which stays as it stands.
 */
function filled(template: string, fill: (name: string, quoted: boolean) => string | undefined): string {
  let text = '';
  let quoted = false;
  for (let at = 0; at < template.length; at++) {
    const char = template.charAt(at);
    if (char === '<') {
      PLACEHOLDER.lastIndex = at;
      const found = PLACEHOLDER.exec(template);
      const value = found === null ? undefined : fill(found[1] ?? '', quoted);
      if (found !== null && value !== undefined) {
        text += value;
        at += found[0].length - 1;
        continue;
      }
    }
    if (char === '\\' && quoted) {
      text += char + template.charAt(++at);
      continue;
    }
    if (char === '"') quoted = !quoted;
    text += char;
  }
  return text;
}

/** Throws ValidationException that names the target. */
export function checkTransform({ Id, Input, InputPath, InputTransformer }: Target): void {
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1)
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  if (Input !== undefined && !isJson(Input)) throw invalid(`JSON syntax error in input for target ${Id}.`);
  if (InputPath !== undefined && InputPath !== '' && parseJsonPath(InputPath) === undefined)
    throw invalid(`Invalid InputPath for target ${Id}.`);
  if (InputTransformer === undefined) return;
  const paths = Object.entries(InputTransformer.InputPathsMap ?? {});
  if (paths.length > MOST_PATHS)
    throw invalid(
      `InputPathsMap for target ${Id} has ${paths.length} entries: at most ${MOST_PATHS} are allowed.`,
    );
  for (const [name, path] of paths) {
    if (!NAME.test(name) || /^aws/i.test(name))
      throw invalid(`Invalid key ${JSON.stringify(name)} in InputPathsMap for target ${Id}.`);
    if (parseJsonPath(path) === undefined)
      throw invalid(
        `Invalid value ${JSON.stringify(path)} in InputPathsMap for target ${Id}: it is no JSON path.`,
      );
  }
  checkTemplate(Id, InputTransformer.InputTemplate, (name) => isKnown(name, InputTransformer.InputPathsMap));
}

function checkTemplate(id: string, template: string, isVariable: (name: string) => boolean): void {
  // A text that no key has by chance.
  const marker = 'opentrail:placeholder';
  const sample = filled(template, (name, quoted) =>
    !isVariable(name) ? undefined : quoted ? marker : 'null',
  );
  const lines = sample.split('\n').filter((line) => line.trim() !== '');
  const isText = lines.every((line) => /^\s*"/.test(line) && isJson(line));
  if (!isText && !isJson(sample))
    throw invalid(`Invalid InputTemplate for target ${id} : it is neither JSON nor a text in double quotes.`);
  if (new RegExp(`"[^"\\n]*${marker}[^"\\n]*"\\s*:`).test(sample))
    throw invalid(`Invalid InputTemplate for target ${id} : a placeholder can not be a key.`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
