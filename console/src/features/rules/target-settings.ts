import { object, text } from '../../aws/pages.ts';
import type { Place } from './targets.ts';
import type { Target } from './rules.ts';

/** What a target gets of an event, and what is done when it does not take it. All as the form holds it; '' for what is left to the server. */
export type TargetSettings = {
  readonly gets: 'event' | 'part' | 'fixed' | 'made';
  /** `$.detail` */
  readonly path: string;
  /** JSON. */
  readonly fixed: string;
  /** JSON: `{"who": "$.detail.userIdentity.arn"}` */
  readonly paths: string;
  /** With `<who>` where the path's value is to stand. */
  readonly template: string;
  readonly attempts: string;
  /** Seconds. */
  readonly age: string;
  /** Name or ARN of a queue. */
  readonly deadLetters: string;
};

/** Of a target whose settings are still being typed: never sent. */
export const UNFINISHED = 'opentrail:unfinished';

export const WHOLE_EVENT: TargetSettings = {
  gets: 'event',
  path: '',
  fixed: '',
  paths: '{"who": "$.detail.userIdentity.arn", "what": "$.detail.eventName"}',
  template: '"<who> called <what>"',
  attempts: '',
  age: '',
  deadLetters: '',
};

export function settingsOf(target: Target): TargetSettings {
  const transformer = object(target['InputTransformer']);
  const retry = object(target['RetryPolicy']);
  const isMade = target['InputTransformer'] !== undefined;
  return {
    ...WHOLE_EVENT,
    gets: isMade
      ? 'made'
      : target['Input'] !== undefined
        ? 'fixed'
        : target['InputPath'] !== undefined
          ? 'part'
          : 'event',
    path: text(target['InputPath']),
    fixed: text(target['Input']),
    ...(isMade
      ? {
          paths: JSON.stringify(object(transformer['InputPathsMap'])),
          template: text(transformer['InputTemplate']),
        }
      : {}),
    attempts: numberText(retry['MaximumRetryAttempts']),
    age: numberText(retry['MaximumEventAgeInSeconds']),
    deadLetters: text(object(target['DeadLetterConfig'])['Arn']),
  };
}

const MEMBERS: ReadonlySet<string> = new Set([
  'Input',
  'InputPath',
  'InputTransformer',
  'RetryPolicy',
  'DeadLetterConfig',
  UNFINISHED,
]);

/** The target with these settings instead of its own; what the form does not show stays. */
export function withSettings(target: Target, settings: TargetSettings, place: Place): Target {
  const rest = Object.fromEntries(Object.entries(target).filter(([member]) => !MEMBERS.has(member)));
  return { ...rest, ...inputOf(settings), ...retryOf(settings), ...deadLettersOf(settings, place) } as Target;
}

function inputOf({ gets, path, fixed, paths, template }: TargetSettings): object {
  if (gets === 'part') return { InputPath: path };
  if (gets === 'fixed') return { Input: fixed };
  if (gets !== 'made') return {};
  const map = object(JSON.parse(paths === '' ? '{}' : paths));
  return {
    InputTransformer: {
      ...(Object.keys(map).length === 0 ? {} : { InputPathsMap: map }),
      InputTemplate: template,
    },
  };
}

function retryOf({ attempts, age }: TargetSettings): object {
  if (attempts === '' && age === '') return {};
  return {
    RetryPolicy: {
      ...(attempts === '' ? {} : { MaximumRetryAttempts: Number(attempts) }),
      ...(age === '' ? {} : { MaximumEventAgeInSeconds: Number(age) }),
    },
  };
}

function deadLettersOf({ deadLetters }: TargetSettings, { accountId, region }: Place): object {
  if (deadLetters === '') return {};
  const arn = deadLetters.startsWith('arn:')
    ? deadLetters
    : `arn:aws:sqs:${region}:${accountId}:${deadLetters}`;
  return { DeadLetterConfig: { Arn: arn } };
}

export type SettingsProblems = { readonly [field in keyof TargetSettings]?: string };

/** What PutTargets would refuse, as far as it can be seen here. */
export function settingsProblems(settings: TargetSettings): SettingsProblems {
  const { gets, path, fixed, paths, template, attempts, age, deadLetters } = settings;
  const problems: Record<string, string | undefined> = {
    path: gets === 'part' && !isPath(path) ? 'Enter a path: $.detail, say.' : undefined,
    fixed: gets === 'fixed' && parsed(fixed) === undefined ? 'Enter JSON: {"text": "…"} or "…".' : undefined,
    paths: gets === 'made' && !arePaths(paths) ? 'Enter JSON: {"name": "$.path", …}.' : undefined,
    template: gets === 'made' && template === '' ? 'Enter what is sent.' : undefined,
    attempts: isWithin(attempts, 0, 185) ? undefined : 'A number from 0 to 185.',
    age: isWithin(age, 60, 86_400) ? undefined : 'A number from 60 to 86,400.',
    deadLetters: /^$|^[\w-]{1,80}$|^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]{1,80}$/.test(deadLetters)
      ? undefined
      : 'Enter the name or ARN of a standard queue.',
  };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined));
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && /^\$(\.|\[|$)/.test(value);
}

function arePaths(json: string): boolean {
  if (json === '') return true;
  const map = parsed(json);
  return typeof map === 'object' && map !== null && !Array.isArray(map) && Object.values(map).every(isPath);
}

/** Undefined for what is no JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function isWithin(value: string, least: number, most: number): boolean {
  return value === '' || (/^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most);
}

function numberText(value: unknown): string {
  return typeof value === 'number' ? String(value) : '';
}
