import { ANYTHING, type Check, type Only } from './sigma-rule.ts';

/** All hold; what the checks can match at all narrows. */
export function allOf(checks: readonly Check[]): Check {
  return {
    only: checks.map(({ only }) => only).reduce(both, ANYTHING),
    holds: (record) => checks.every((check) => check.holds(record)),
  };
}

export function anyOf(checks: readonly Check[]): Check {
  const [first = ANYTHING, ...rest] = checks.map(({ only }) => only);
  return { only: rest.reduce(either, first), holds: (record) => checks.some((check) => check.holds(record)) };
}

export function not(check: Check): Check {
  return { only: ANYTHING, holds: (record) => !check.holds(record) };
}

type Names = ReadonlySet<string> | undefined;

function both(a: Only, b: Only): Only {
  const meet = (x: Names, y: Names): Names =>
    x && y ? new Set([...x].filter((name) => y.has(name))) : (x ?? y);
  return { eventNames: meet(a.eventNames, b.eventNames), eventSources: meet(a.eventSources, b.eventSources) };
}

function either(a: Only, b: Only): Only {
  const join = (x: Names, y: Names): Names => (x && y ? new Set([...x, ...y]) : undefined);
  return { eventNames: join(a.eventNames, b.eventNames), eventSources: join(a.eventSources, b.eventSources) };
}
