/** A value in SQL, and what is known of it. Every one may be NULL: a message that lacks the field. */
export type Value = {
  readonly sql: string;
  /** `time`: milliseconds since 1970. */
  readonly type: 'text' | 'number' | 'boolean' | 'time';
  /** Of what the question has as a number. */
  readonly constant?: number | undefined;
};

/** Query parameters; what a question says reaches the engine only so. */
export class Params {
  readonly values: Record<string, unknown> = {};
  #count = 0;

  text(value: string): string {
    return this.#add(value, 'String');
  }

  number(value: number): string {
    return this.#add(value, 'Float64');
  }

  integer(value: number): string {
    return this.#add(Math.trunc(value), 'Int64');
  }

  count(value: number): string {
    return this.#add(Math.trunc(value), 'UInt32');
  }

  list(values: readonly (string | number)[], type: 'String' | 'Float64' = 'String'): string {
    return this.#add(values, `Array(${type})`);
  }

  #add(value: unknown, type: string): string {
    const name = `p${this.#count++}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}

export function text(sql: string): Value {
  return { sql, type: 'text' };
}

export function number(sql: string): Value {
  return { sql, type: 'number' };
}

export function boolean(sql: string): Value {
  return { sql, type: 'boolean' };
}

export function time(sql: string): Value {
  return { sql, type: 'time' };
}

export function asText({ sql, type }: Value): string {
  return type === 'text' ? sql : `toString(${sql})`;
}

export function asNumber({ sql, type }: Value): string {
  return type === 'text' ? `toFloat64OrNull(${sql})` : `toFloat64(${sql})`;
}

export function asBoolean({ sql, type }: Value): string {
  if (type === 'boolean') return sql;
  return type === 'text' ? `(${sql} IN ('1', 'true'))` : `(${sql} != 0)`;
}

/** As an answer shows it. */
export function shown(value: Value): string {
  if (value.type === 'time') return `toString(fromUnixTimestamp64Milli(toInt64(${value.sql}), 'UTC'))`;
  return asText(value);
}
