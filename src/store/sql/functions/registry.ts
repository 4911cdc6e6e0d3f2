import { AGGREGATES } from './aggregates.ts';
import { BINARY_FUNCTIONS } from './binaries.ts';
import { CAST_FUNCTIONS } from './casts.ts';
import { CONDITIONAL_FUNCTIONS } from './conditionals.ts';
import { CONTAINER_FUNCTIONS } from './containers.ts';
import { DATE_FUNCTIONS } from './dates.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { LAMBDA_FUNCTIONS } from './lambdas.ts';
import { MATH_FUNCTIONS } from './math.ts';
import { REGEXP_FUNCTIONS } from './regexps.ts';
import type { FunctionSpec, Functions } from './spec.ts';
import { STRING_FUNCTIONS } from './strings.ts';
import { URL_FUNCTIONS } from './urls.ts';
import { WINDOW_FUNCTIONS } from './windows.ts';

/** Every function that a statement may call; docs/sql.md lists the same, checked by a test. */
export const FAMILIES = {
  'conditions and comparison': CONDITIONAL_FUNCTIONS,
  conversion: CAST_FUNCTIONS,
  text: STRING_FUNCTIONS,
  'regular expressions': REGEXP_FUNCTIONS,
  'dates and times': DATE_FUNCTIONS,
  json: JSON_FUNCTIONS,
  'arrays, maps and rows': CONTAINER_FUNCTIONS,
  lambdas: LAMBDA_FUNCTIONS,
  numbers: MATH_FUNCTIONS,
  binary: BINARY_FUNCTIONS,
  urls: URL_FUNCTIONS,
} as const;

const SCALARS = new Map<string, FunctionSpec>(
  Object.values(FAMILIES).flatMap((family: Functions) => Object.entries(family)),
);

export const scalarFunction = (name: string): FunctionSpec | undefined => SCALARS.get(name);

export const isAggregate = (name: string): boolean => Object.hasOwn(AGGREGATES, name) || name === 'grouping';
export const isWindowFunction = (name: string): boolean => Object.hasOwn(WINDOW_FUNCTIONS, name);
