import { invalidParameter } from '../queries/lake-errors.ts';

export type ParameterValues = Readonly<Record<string, string>>;

const DAY = 86_400_000;
const KNOWN = ['$StartTime$', '$EndTime$', '$Period$', '$EventDataStoreId$'];
const PERIODS = ['minute', 'hour', 'day', 'week', 'month'];

/**
 * The values of a refresh: what was given, and else the last seven days by the day (by the hour where the range is up to three days).
 * Throws InvalidParameterException.
 */
export function completeValues(given: ParameterValues, now: number): ParameterValues {
  for (const name of Object.keys(given))
    if (!KNOWN.includes(name))
      throw invalidParameter(
        `QueryParameterValues has the unknown parameter ${name}; known are ${KNOWN.join(', ')}.`,
      );
  const end = timeOf(given, '$EndTime$') ?? now;
  const start = timeOf(given, '$StartTime$') ?? end - 7 * DAY;
  if (start > end) throw invalidParameter('$StartTime$ is later than $EndTime$.');
  const period = given['$Period$']?.toLowerCase() ?? (end - start > 3 * DAY ? 'day' : 'hour');
  if (!PERIODS.includes(period))
    throw invalidParameter(`$Period$ must be one of ${PERIODS.join(', ')} (got "${given['$Period$']}").`);
  const store = given['$EventDataStoreId$'];
  return {
    $StartTime$: sqlTime(start),
    $EndTime$: sqlTime(end),
    $Period$: period,
    ...(store === undefined ? {} : { $EventDataStoreId$: store.slice(store.lastIndexOf('/') + 1) }),
  };
}

/** What stands for each `?`: a parameter's value, or the text itself. Throws InvalidParameterException for a value that is missing. */
export function valuesFor(
  parameters: readonly string[] | undefined,
  values: ParameterValues,
): readonly string[] {
  return (parameters ?? []).map((name) => {
    const value = values[name];
    if (value !== undefined) return value;
    if (KNOWN.includes(name)) throw invalidParameter(`QueryParameterValues must have a value for ${name}.`);
    return name;
  });
}

function timeOf(given: ParameterValues, name: string): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  // Without a zone it is UTC, as in a statement.
  const time = Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text) ? `${text}Z` : text);
  if (Number.isNaN(time))
    throw invalidParameter(`${name} must be a time such as 2026-01-31T08:00:00Z (got "${text}").`);
  return time;
}

function sqlTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
