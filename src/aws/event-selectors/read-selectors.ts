import { z } from 'zod';

import type { OperationInput } from '../operation.ts';
import { checkAdvanced, type Selecting } from './check-advanced.ts';
import { checkBasic } from './check-basic.ts';
import { refuse, shown } from './refuse.ts';
import type { AdvancedSelector, Selectors } from './selector.ts';

const texts = z.array(z.string());

const basic = z.object({
  ReadWriteType: z.enum(['All', 'ReadOnly', 'WriteOnly']).default('All'),
  IncludeManagementEvents: z.boolean().default(true),
  DataResources: z.array(z.object({ Type: z.string(), Values: texts.default([]) })).default([]),
  ExcludeManagementEventSources: texts.default([]),
});

const values = texts.optional();
const advanced = z.object({
  Name: z.string().optional(),
  FieldSelectors: z.array(
    z.object({
      Field: z.string(),
      Equals: values,
      StartsWith: values,
      EndsWith: values,
      NotEquals: values,
      NotStartsWith: values,
      NotEndsWith: values,
    }),
  ),
});

/**
 * The selectors that PutEventSelectors is given: basic ones with their defaults, advanced ones as they are. Throws InvalidEventSelectorsException
 * with what is wrong where.
 */
export function readSelectors(input: OperationInput): Selectors {
  const given = ['EventSelectors', 'AdvancedEventSelectors'].filter(
    (member) => input[member] !== undefined && input[member] !== null,
  );
  if (given.length !== 1) {
    throw refuse(
      `Specify either EventSelectors or AdvancedEventSelectors, but not ${given.length === 0 ? 'none' : 'both'}.`,
    );
  }
  if (given[0] === 'EventSelectors') {
    const EventSelectors = parse('EventSelectors', z.array(basic), input['EventSelectors']);
    checkBasic(EventSelectors);
    return { EventSelectors };
  }
  return { AdvancedEventSelectors: readAdvanced(input, 'trail') };
}

/** The member AdvancedEventSelectors. Throws InvalidEventSelectorsException. */
export function readAdvanced(input: OperationInput, by: Selecting): readonly AdvancedSelector[] {
  const selectors = parse('AdvancedEventSelectors', z.array(advanced), input['AdvancedEventSelectors']);
  checkAdvanced(selectors, by);
  return selectors;
}

function parse<T>(member: string, shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const place = path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    member,
  );
  const found = path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    value,
  );
  throw refuse(`${place} is not valid: ${shown(found)}. ${issue?.message ?? ''}`.trimEnd());
}
