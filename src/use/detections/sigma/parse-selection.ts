import { allOf, anyOf } from './check.ts';
import { parseModifiers } from './modifiers.ts';
import { nodesAt } from './nodes.ts';
import { ANYTHING, SigmaError, type Check, type Only } from './sigma-rule.ts';
import { plainValue, valueTest } from './values.ts';

/** A selection: fields that all hold, a list of such of which one holds, or words that stand anywhere in the record. Throws SigmaError. */
export function parseSelection(selection: unknown, place: string): Check {
  if (Array.isArray(selection)) {
    if (selection.length === 0) throw new SigmaError(`${place}: the list is empty`);
    return anyOf((selection as unknown[]).map((one, at) => parseSelection(one, `${place}[${at}]`)));
  }
  if (typeof selection !== 'object' || selection === null) {
    if (selection === null) throw new SigmaError(`${place}: there is nothing in it`);
    return parseItem('', selection, place);
  }
  const items = Object.entries(selection);
  if (items.length === 0) throw new SigmaError(`${place}: there is nothing in it`);
  const checks = items.map(([key, value]) => parseItem(key, value, `${place}.${key}`));
  // What can be said without reading much of the record comes first.
  return allOf([...checks.filter(isNarrow), ...checks.filter((check) => !isNarrow(check))]);
}

function isNarrow({ only }: Check): boolean {
  return only.eventNames !== undefined || only.eventSources !== undefined;
}

function parseItem(key: string, value: unknown, place: string): Check {
  const [path = '', ...names] = key.split('|');
  const modifiers = parseModifiers(names, place);
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (values.length === 0) throw new SigmaError(`${place}: the list of values is empty`);
  const tests = values.map((one) => valueTest(path, one, modifiers, place));
  const { isAll, isNegated } = modifiers;
  return {
    only: isNegated
      ? ANYTHING
      : onlyOf(
          path,
          values.map((one) => plainValue(one, modifiers)),
        ),
    holds: (record) => {
      const nodes = nodesAt(record, path);
      const holds = isAll
        ? tests.every((test) => test(nodes, record))
        : tests.some((test) => test(nodes, record));
      return holds !== isNegated;
    },
  };
}

function onlyOf(path: string, values: readonly (string | undefined)[]): Only {
  const names = new Set(values.filter((value) => value !== undefined));
  if (values.includes(undefined)) return ANYTHING;
  if (path === 'eventName') return { ...ANYTHING, eventNames: names };
  return path === 'eventSource' ? { ...ANYTHING, eventSources: names } : ANYTHING;
}
