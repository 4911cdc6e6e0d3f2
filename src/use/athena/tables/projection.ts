import { userFailure } from '../athena-errors.ts';
import type { Partition } from '../catalog/catalog.ts';
import type { TableDefinition } from '../ddl/statement.ts';
import { isWithin, type Bounds, type BoundsByColumn } from './bounds.ts';
import { addUnits, dateFormat, readMoment, type DateUnit } from './date-format.ts';

/** Partition projection: partitions that are computed rather than listed. https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */

/** More than these in one query are refused: a bound is missing. */
const MOST = 200_000;

export function isProjected({ properties }: TableDefinition): boolean {
  return property(properties, 'projection.enabled')?.toLowerCase() === 'true';
}

export type Projecting = { readonly bounds: BoundsByColumn; readonly now: number };

/** The partitions within the bounds. Throws QueryFailure for a configuration that is wrong, or a bound that is missing. */
export function projectedPartitions(
  table: TableDefinition,
  { bounds, now }: Projecting,
): readonly Partition[] {
  const columns = table.partitionedBy.map(({ name, type }) => {
    const isNumber = type.kind === 'plain' && /int$/.test(type.name);
    const bound = bounds.get(name);
    const values = valuesOf(table, { name, bound, now });
    return { name, values: values.filter((value) => isWithin(value, bound, isNumber)) };
  });
  const count = columns.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST)
    throw userFailure(
      `The query reads ${count} partitions, more than ${MOST}: bound ${columns.map(({ name }) => name).join(' or ')} in its WHERE.`,
    );
  let partitions: readonly (readonly string[])[] = [[]];
  for (const { values } of columns)
    partitions = partitions.flatMap((one) => values.map((value) => [...one, value]));
  return partitions.map((values) => ({ values, location: projectedLocation(table, values) }));
}

type Column = { readonly name: string; readonly bound: Bounds | undefined; readonly now: number };

function valuesOf(table: TableDefinition, column: Column): readonly string[] {
  const setting = settingsOf(table, column.name);
  const type = setting('type')?.toLowerCase();
  switch (type) {
    case 'enum':
      return required(setting, column, 'values')
        .split(',')
        .map((value) => value.trim());
    case 'integer':
      return integers(setting, column);
    case 'date':
      return dates(setting, column);
    case 'injected':
      if (column.bound?.values !== undefined) return column.bound.values;
      throw userFailure(
        `CONSTRAINT_VIOLATION: For the injected projected partition column ${column.name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
      );
    default:
      throw invalid(column, 'type', type);
  }
}

type Setting = (name: string) => string | undefined;

function settingsOf({ properties }: TableDefinition, column: string): Setting {
  return (name) => property(properties, `projection.${column}.${name}`);
}

function property(properties: TableDefinition['properties'], name: string): string | undefined {
  const found = Object.entries(properties).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1];
}

function required(setting: Setting, column: Column, name: string): string {
  const value = setting(name);
  if (value === undefined) throw invalid(column, name, undefined);
  return value;
}

function integers(setting: Setting, column: Column): readonly string[] {
  const range = required(setting, column, 'range');
  const [from, to] = range.split(',').map((text) => Number(text.trim()));
  const interval = Number(setting('interval') ?? 1);
  const digits = Number(setting('digits') ?? 0);
  if (from === undefined || to === undefined || ![from, to].every(Number.isInteger))
    throw invalid(column, 'range', range);
  if (!Number.isInteger(interval) || interval < 1) throw invalid(column, 'interval', setting('interval'));
  const values: string[] = [];
  for (let at = from; at <= to; at += interval) {
    values.push(String(at).padStart(digits, '0'));
    if (values.length > MOST) throw tooMany(column);
  }
  return values;
}

function dates(setting: Setting, column: Column): readonly string[] {
  const pattern = required(setting, column, 'format');
  const format = dateFormat(pattern);
  if (format === undefined) throw invalid(column, 'format', pattern);
  const range = required(setting, column, 'range');
  const [from, to] = range.split(',').map((text) => readMoment(text, format, column.now));
  if (from === undefined || to === undefined) throw invalid(column, 'range', range);
  const interval = Number(setting('interval') ?? 1);
  if (!Number.isInteger(interval) || interval < 1) throw invalid(column, 'interval', setting('interval'));
  const unit = unitOf(setting('interval.unit') ?? format.unit);
  if (unit === undefined) throw invalid(column, 'interval.unit', setting('interval.unit'));
  // Steps are counted from the first date as it is written, without what its format leaves out.
  const start = format.parse(format.format(from)) ?? from;
  const values: string[] = [];
  for (let count = 0; ; count += interval) {
    const time = addUnits(start, count * unit.factor, unit.unit);
    if (time > to) return [...new Set(values)];
    values.push(format.format(time));
    if (values.length > MOST) throw tooMany(column);
  }
}

function unitOf(text: string): { readonly unit: DateUnit; readonly factor: number } | undefined {
  const name = text.toUpperCase().replace(/S?$/, 'S');
  if (name === 'WEEKS') return { unit: 'DAYS', factor: 7 };
  const isUnit = ['YEARS', 'MONTHS', 'DAYS', 'HOURS', 'MINUTES', 'SECONDS'].includes(name);
  return isUnit ? { unit: name as DateUnit, factor: 1 } : undefined;
}

function projectedLocation(table: TableDefinition, values: readonly string[]): string {
  const template = property(table.properties, 'storage.location.template');
  const byName = new Map(table.partitionedBy.map(({ name }, index) => [name, values[index] ?? '']));
  const location =
    template === undefined
      ? table.location + [...byName].map(([name, value]) => `${name}=${value}`).join('/')
      : template.replace(/\$\{([^}]+)\}/g, (whole, name: string) => byName.get(name.toLowerCase()) ?? whole);
  return location.endsWith('/') ? location : `${location}/`;
}

function tooMany({ name }: Column) {
  return userFailure(`The projection of partition column ${name} has more than ${MOST} values.`);
}

function invalid({ name }: Column, setting: string, value: string | undefined) {
  const got = value === undefined ? 'is missing' : `'${value}' is not valid`;
  return userFailure(`INVALID_TABLE_PROPERTY: the table property projection.${name}.${setting} ${got}.`);
}
