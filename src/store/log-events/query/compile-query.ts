import type { LogCommand, LogExpression, LogQuery, NamedLogExpression } from '../../log-query.ts';
import { compileExpression, type Scope } from './compile-expression.ts';
import { asBoolean, asNumber, asText, Params, shown, text, time, type Value } from './values.ts';

export type CompiledQuery = {
  readonly params: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  /** A text for each column, `=` before what there is and nothing else where there is none. */
  readonly rows: string;
  /** How many events there are, and their bytes. */
  readonly scanned: string;
  /** How many of them pass the filters before anything is summed up. */
  readonly matched: string;
};

export function compileQuery(query: LogQuery): CompiledQuery {
  const params = new Params();
  const base = baseOf(query, params);
  const pipeline = new Pipeline(query, { params, from: `(SELECT * FROM log_events WHERE ${base})` });
  for (const command of query.commands) pipeline.add(command);
  return {
    params: params.values,
    ...pipeline.rows(),
    scanned: `SELECT count(), sum(size) FROM log_events WHERE ${base}`,
    matched: `SELECT count() FROM ${pipeline.matching}`,
  };
}

function baseOf({ groups, streams, from, to }: LogQuery, params: Params): string {
  const wanted = groups.map(
    ({ id, oldest }) => `(grp = ${params.text(id)} AND t >= ${params.integer(Math.max(from, oldest, 0))})`,
  );
  return [
    `(${wanted.join(' OR ')})`,
    `t <= ${params.integer(to)}`,
    `stream IN ${params.list([...streams.keys()])}`,
  ].join(' AND ');
}

/** Events with their own fields, or rows that were summed up. */
class Pipeline {
  readonly #query: LogQuery;
  readonly #params: Params;
  #from: string;
  #names = new Map<string, Value>();
  #isSummedUp = false;
  #order: string[] = [];
  #shown: string[] = [];
  #display: readonly string[] | undefined;
  #columns = 0;
  matching: string;

  constructor(query: LogQuery, { params, from }: { readonly params: Params; readonly from: string }) {
    this.#query = query;
    this.#params = params;
    this.#from = from;
    this.matching = from;
  }

  add(command: LogCommand): void {
    switch (command.kind) {
      case 'fields':
        this.#shown.push(...this.#compute(command.fields));
        break;
      case 'display':
        this.#display = this.#compute(command.fields);
        break;
      case 'filter':
        this.#from = `(SELECT * FROM ${this.#from} WHERE ${asBoolean(this.#compile(command.condition))})`;
        if (!this.#isSummedUp && this.#order.length === 0) this.matching = this.#from;
        break;
      case 'stats':
        this.#stats(command);
        break;
      case 'sort':
        this.#order = command.keys.flatMap((key) => this.#sortBy(key));
        break;
      case 'limit':
        this.#from = `(SELECT * FROM ${this.#from}${this.#orderBy()} LIMIT ${this.#params.count(command.most)})`;
        break;
      case 'dedup': {
        const by = command.by.map((one) => this.#column(this.#compile(one)).sql);
        this.#from = `(SELECT * FROM ${this.#from}${this.#orderBy()} LIMIT 1 BY ${by.join(', ')})`;
        break;
      }
      case 'parse':
        this.#parse(command);
    }
  }

  rows(): { readonly columns: readonly string[]; readonly rows: string } {
    const plain = this.#shown.length > 0 ? this.#shown : ['@timestamp', '@message'];
    const named = [...new Set(this.#display ?? (this.#isSummedUp ? [...this.#names.keys()] : plain))];
    const columns = this.#isSummedUp || named.includes('@ptr') ? named : [...named, '@ptr'];
    const values = columns.map((name) => {
      const value = shown(this.#field(name));
      return `if(isNull(${value}), '', concat('=', assumeNotNull(${value})))`;
    });
    return {
      columns,
      rows: `SELECT ${values.join(', ')} FROM ${this.#from}${this.#orderBy()} LIMIT ${this.#params.count(this.#query.limit)}`,
    };
  }

  /** Upwards, what is missing comes first, then what is no number, then numbers. */
  #sortBy({ expression, descending }: { expression: LogExpression; descending: boolean }): string[] {
    const value = this.#column(this.#compile(expression));
    const direction = descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST';
    const texts =
      value.type === 'text'
        ? [`isNotNull(${value.sql}) ${direction}`, `${asNumber(value)} ${direction}`]
        : [];
    return [...texts, `${value.sql} ${direction}`];
  }

  #orderBy(): string {
    if (this.#order.length > 0) return ` ORDER BY ${this.#order.join(', ')}`;
    return this.#isSummedUp ? '' : ' ORDER BY t DESC, ingested DESC, n DESC';
  }

  #stats({ values, by }: Extract<LogCommand, { kind: 'stats' }>): void {
    const names = new Map<string, Value>();
    const select: string[] = [];
    const add = ({ name, expression }: NamedLogExpression): string => {
      const value = this.#compile(expression);
      const column = this.#newColumn();
      select.push(`${value.sql} AS ${column}`);
      names.set(name, { ...value, sql: column });
      return column;
    };
    const keys = by.map(add);
    values.forEach(add);
    const groupBy = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
    this.#from = `(SELECT ${select.join(', ')} FROM ${this.#from}${groupBy})`;
    this.#names = names;
    this.#isSummedUp = true;
    this.#order = keys.map((column) => `${column} ASC`);
    this.#shown = [];
    this.#display = undefined;
  }

  #parse({ of, regex, names }: Extract<LogCommand, { kind: 'parse' }>): void {
    const column = this.#newColumn();
    const subject = asText(this.#compile(of));
    const found = `extractGroups(ifNull(${subject}, ''), ${this.#params.text(regex)})`;
    this.#from = `(SELECT *, ${found} AS ${column} FROM ${this.#from})`;
    for (const [index, name] of names.entries())
      this.#names.set(name, text(`if(empty(${column}), NULL, arrayElement(${column}, ${index + 1}))`));
  }

  /** The names; those of expressions are computed. */
  #compute(fields: readonly NamedLogExpression[]): string[] {
    return fields.map(({ name, expression }) => {
      const isItself = expression.kind === 'field' && expression.name === name;
      if (!isItself) this.#names.set(name, this.#column(this.#compile(expression)));
      return name;
    });
  }

  /** As a column of its own, which stays what it is whatever its names mean later. */
  #column(value: Value): Value {
    const column = this.#newColumn();
    this.#from = `(SELECT *, ${value.sql} AS ${column} FROM ${this.#from})`;
    return { ...value, sql: column };
  }

  #newColumn(): string {
    return `c${this.#columns++}`;
  }

  #compile(expression: LogExpression): Value {
    const scope: Scope = {
      params: this.#params,
      field: (name) => this.#field(name),
      at: this.#isSummedUp ? time("CAST(NULL, 'Nullable(Int64)')") : time('t'),
    };
    return compileExpression(expression, scope);
  }

  #field(name: string): Value {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const value = this.#isSummedUp ? text("CAST(NULL, 'Nullable(String)')") : this.#eventField(name);
    this.#names.set(name, value);
    if (this.#isSummedUp) this.#names.delete(name);
    return value;
  }

  #eventField(name: string): Value {
    const { groups, streams } = this.#query;
    switch (name) {
      case '@timestamp':
        return time('t');
      case '@ingestionTime':
        return time('ingested');
      case '@message':
        return text('message');
      case '@logStream': {
        const [ids, names] = [
          this.#params.list([...streams.keys()]),
          this.#params.list([...streams.values()]),
        ];
        return text(`transform(stream::String, ${ids}, ${names}, '')`);
      }
      case '@log': {
        const ids = this.#params.list(groups.map(({ id }) => id));
        return text(
          `transform(grp::String, ${ids}, ${this.#params.list(groups.map((one) => one.name))}, '')`,
        );
      }
      case '@ptr':
        return text(
          "base64URLEncode(concat(grp, '/', toString(t), '/', toString(ingested), '/', toString(n)))",
        );
      default:
        return this.#jsonField(name);
    }
  }

  /** By its way into the message; numbers as they are written, true and false as 1 and 0. */
  #jsonField(name: string): Value {
    const way = name
      .split('.')
      .map((step) =>
        /^\d{1,6}$/.test(step) ? this.#params.integer(Number(step) + 1) : this.#params.text(step),
      );
    const at = ['message', ...way].join(', ');
    const found = [
      `JSONType(${at}) = 'String', JSONExtractString(${at})`,
      `JSONType(${at}) = 'Bool', toString(JSONExtractBool(${at})::UInt8)`,
      `JSONType(${at}) != 'Null', JSONExtractRaw(${at})`,
    ];
    return text(`multiIf(${found.join(', ')}, NULL)`);
  }
}
