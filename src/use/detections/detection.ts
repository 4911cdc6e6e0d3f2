import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';

import { parsePattern, type Pattern } from '../../aws/event-pattern/parse-pattern.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';
import { parseDuration } from '../../base/duration.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { Facts } from './facts.ts';
import { SEVERITIES, type Severity } from './severity.ts';

/** What detections see of a record: as CloudTrail puts it on the default bus of EventBridge, and what follows from it (`facts.ts`). */
export type DetectedEvent = {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  /** The record. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly facts: Facts;
};

/** Whether an event is of a kind. */
export type Matcher = {
  /** By columns and bytes alone, so that most records need not be parsed: false only where `holds` would be false too. */
  readonly may: (columns: EventColumns, raw: Uint8Array) => boolean;
  readonly holds: (event: DetectedEvent) => boolean;
  /** All event names for which it can hold, without regard to case; undefined: any. */
  readonly names: ReadonlySet<string> | undefined;
};

/** So many events of a kind. `by`: paths of what they have in common; events that lack one do not count. */
export type Step = {
  readonly matcher: Matcher;
  readonly count: number;
  readonly by: readonly string[];
  /** Path of what must differ: so many values of it, not so many events. */
  readonly distinct: string | undefined;
};

export type Detection = {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Of MITRE ATT&CK: `T1078.004`. */
  readonly attack: readonly string[];
  readonly why: string;
  readonly next: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  /** `pack`: ours; `sigma`: imported. */
  readonly kind: 'pack' | 'sigma';
  /** In their order of time. One step without `within`: each event fires. */
  readonly steps: readonly Step[];
  /** Milliseconds in which all has to happen, and in which more of the same belongs to the finding that there is. */
  readonly within: number | undefined;
  /** As it was written. */
  readonly text: string;
};

const path = z.string().regex(/^(detail|facts|account|region|source)(\.[\w-]+)*$/);
const step = z.strictObject({
  pattern: z.record(z.string(), z.unknown()),
  count: z.number().int().min(1).max(1000).default(1),
  by: z.array(path).default([]),
  distinct: path.optional(),
});

/** A file of the pack: README.md says what the keys mean. */
const file = z.strictObject({
  id: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string().min(8).max(120),
  severity: z.enum(SEVERITIES),
  attack: z.array(z.string().regex(/^T\d{4}(\.\d{3})?$/)).min(1),
  why: z.string().min(40),
  next: z.array(z.string().min(10)).min(2),
  falsePositives: z.array(z.string()).default([]),
  references: z.array(z.url()).default([]),
  steps: z.array(step).min(1).max(5),
  within: z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) context.addIssue(`must be a duration such as 10m (got "${text}")`);
      return ms ?? 0;
    })
    .optional(),
});

export type CompilePattern = (pattern: Pattern) => Matcher;

/** Reads a detection of the pack. Throws BAD_FILE with the file's name and every mistake. */
export function readDetection(text: string, from: string, compile: CompilePattern): Detection {
  const parsed = file.safeParse(yamlOf(text, from));
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new OpentrailError('BAD_FILE', `${from}: ${mistakes.join('; ')}`);
  }
  const { steps, within, ...rest } = parsed.data;
  if (within === undefined && steps.some(({ count, by }) => count > 1 || by.length > 0 || steps.length > 1))
    throw new OpentrailError('BAD_FILE', `${from}: within: what counts several events needs a time`);
  return {
    ...rest,
    kind: 'pack',
    steps: steps.map(({ pattern, count, by, distinct }) => ({
      matcher: compile(readPattern(pattern, from)),
      count,
      by,
      distinct,
    })),
    within,
    text,
  };
}

function readPattern(pattern: object, from: string): Pattern {
  try {
    return parsePattern(JSON.stringify(pattern));
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', `${from}: ${messageOf(cause)}`, { cause });
  }
}

function yamlOf(text: string, from: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new OpentrailError('BAD_FILE', `${from}: ${cause.message}`, { cause });
  }
}
