/** Statements of someone who wants what is not theirs: a seeded grammar, for tests. */

export type Pick = <T>(list: readonly T[]) => T;

export type Targets = {
  /** The one table that may be read. */
  readonly store: string;
  /** A table (and a view) that may not, with a column `token`. */
  readonly secret: string;
  readonly file: string;
  readonly url: string;
};

/** Statement number `n` of a seed is always the same. */
export function hostileStatement(seed: number, targets: Targets): string {
  const pick = picker(seed);
  const grammar = new Grammar(pick, targets);
  return grammar.statement();
}

/** mulberry32 */
function picker(seed: number): Pick {
  let state = (seed * 2_654_435_761) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return (list) => list[Math.floor(next() * list.length)] as (typeof list)[number];
}

class Grammar {
  readonly #pick: Pick;
  readonly #at: Targets;
  #depth = 0;

  constructor(pick: Pick, targets: Targets) {
    this.#pick = pick;
    this.#at = targets;
  }

  statement(): string {
    const body = this.#pick([
      () => this.#select(),
      () => this.#select(),
      () => this.#with(),
      () => this.#union(),
    ])();
    return this.#pick([
      ...Array.from({ length: 8 }, () => () => body),
      () => `${body}${this.#suffix()}`,
      () => `${this.#prefix()}${body}`,
      () => this.#commented(body),
      () => this.#stacked(body),
    ])();
  }

  #select(): string {
    this.#depth += 1;
    const items = this.#some(() => this.#item(), 3);
    const where = this.#pick(['', '', ` WHERE ${this.#condition()}`]);
    const group = this.#pick(['', '', '', ` GROUP BY ${this.#expression()}`]);
    const order = this.#pick(['', '', ` ORDER BY ${this.#pick(['1', 'eventname', this.#expression()])}`]);
    const limit = this.#pick([
      '',
      '',
      '',
      ' LIMIT 5',
      ' LIMIT 5',
      ' OFFSET 0 LIMIT 5',
      this.#pick([' LIMIT (SELECT 5)', ' LIMIT 5 BY token', ' LIMIT 5']),
    ]);
    const text = `SELECT ${items} FROM ${this.#source()}${where}${group}${order}${limit}`;
    this.#depth -= 1;
    return text;
  }

  #with(): string {
    const { secret, store } = this.#at;
    return this.#pick([
      () => `WITH ${secret} AS (SELECT 'mine' AS token) SELECT token FROM ${secret}`,
      () => `WITH a AS (SELECT eventname FROM ${store} LIMIT 2), b AS (SELECT * FROM a) ${this.#select()}`,
      () => `WITH x AS (SELECT token FROM ${secret}) SELECT * FROM x`,
      () =>
        `WITH ${secret} AS (WITH ${secret} AS (SELECT 1 AS token) SELECT * FROM ${secret}) SELECT * FROM ${secret}, default.${secret}`,
      () => `WITH '${this.#at.file}' AS f SELECT file(f)`,
      () => `WITH x(token) AS (${this.#select()}) SELECT token FROM x`,
      () => `WITH "${store}" AS (SELECT 1 AS a) SELECT * FROM "${store}" AS "${secret}"`,
      () => `WITH a AS (SELECT * FROM b), b AS (SELECT token FROM ${secret}) SELECT * FROM a`,
      () => `WITH RECURSIVE r AS (SELECT token FROM ${secret} UNION ALL SELECT * FROM r) SELECT * FROM r`,
    ])();
  }

  #union(): string {
    const word = this.#pick(['UNION', 'UNION ALL', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'EXCEPT ALL']);
    return `SELECT eventname FROM ${this.#at.store} WHERE ${this.#condition()} ${word} ${this.#pick([`SELECT ${this.#literal()}`, `SELECT token FROM ${this.#at.secret}`, "SELECT 'x'", `SELECT concat(eventname, ${this.#literal()}) FROM ${this.#at.store}`])}`;
  }

  #source(): string {
    const { store, secret, file, url } = this.#at;
    // prettier-ignore
    const safe = [
      store, store, store, `"${store}" AS t`, `${store} AS "${this.#evilName()}"`, `${store} CROSS JOIN UNNEST(map_keys(requestparameters)) AS u(k)`,
      `${store} a LEFT JOIN ${store} b ON a.eventid = b.eventid AND ${this.#condition('a.')}`, `(VALUES (${this.#literal()}, 1)) AS v(eventname, n)`,
    ];
    // prettier-ignore
    const hostile = [
      secret, `default.${secret}`, `"${secret}"`, `"default.${secret}"`, `"default"."${secret}"`, `\`${secret}\``, `${secret.toUpperCase()}`,
      `${secret}\u200b`, `sеcret_events`, 'system.tables', 'system.query_log', '"system"."processes"', 'information_schema.tables',
      'INFORMATION_SCHEMA.columns', '_table_function.url', `url('${url}', 'CSV', 'token String')`, `url('${url}')`, `"url"('${url}')`,
      `file('${file}', 'CSV', 'token String')`, `s3('${url}')`, `remote('127.0.0.1', default, ${secret})`, `cluster('default', default.${secret})`,
      `merge('default', '.*')`, `mysql('127.0.0.1:3306', 'd', 't', 'u', 'p')`, `postgresql('h', 'd', 't', 'u', 'p')`,
      `executable('cat ${file}', TabSeparated, 'token String')`, `input('token String')`, 'numbers(10)', 'zeros(5)', 'generateRandom()',
      `view(SELECT token FROM ${secret})`, `values('token String', 'x')`, "null('x Int8')", `format(CSV, '${file}')`, `fileCluster('c', '${file}')`,
      `hdfs('${url}')`, `sqlite('${file}', 't')`, `mongodb('h', 'd', 'c', 'u', 'p')`, `dictionary('d')`, `loop(${secret})`,
      `mergeTreeIndex(default, ${secret})`, `TABLE(url('${url}'))`, `LATERAL (SELECT token FROM ${secret})`, `${store} FINAL`, `${store} SAMPLE 0.1`,
      `${store} TABLESAMPLE BERNOULLI (10)`, `${store} ARRAY JOIN [1]`, `${store}, ${secret}`, `${store} JOIN ${secret} ON true`,
      `${store} LEFT JOIN ${secret} USING (token)`, `${store} PREWHERE 1`,
    ];
    const nested = this.#depth < 3 ? [`(${this.#select()}) AS s`, `(${this.#select()})`] : [];
    return this.#pick(this.#pick([safe, safe, safe, safe, safe, nested.length > 0 ? nested : safe, hostile]));
  }

  #item(): string {
    const plain = () => this.#expression();
    return this.#pick([
      ...Array.from({ length: 12 }, () => plain),
      () => '*',
      () => `${this.#expression()} AS "${this.#evilName()}"`,
      () => `${this.#literal()} AS x`,
      () => 't.*',
      () => `COLUMNS('.*')`,
      () => `* EXCEPT (eventname)`,
      () => `* REPLACE (1 AS eventname)`,
      () => `(SELECT token FROM ${this.#at.secret})`,
      () => `${this.#expression()} AS token`,
    ])();
  }

  #expression(): string {
    const { secret, file, url, store } = this.#at;
    // prettier-ignore
    const safe = [
      'eventname', 'eventname', 'eventtime', 'useridentity.arn', "element_at(requestparameters, 'x')", `concat(eventname, ${this.#literal()})`,
      `replace(eventname, ${this.#literal()}, ${this.#literal()})`, `regexp_replace(eventname, ${this.#literal()}, ${this.#literal()})`,
      `json_extract(eventjson, ${this.#literal()})`, `json_extract_scalar(eventjson, '$["${this.#evilName().replaceAll("'", "''")}"]')`,
      `date_format(eventtime, ${this.#literal()})`, `format_datetime(eventtime, ${this.#literal()})`, `CAST(ROW(1) AS ROW("${this.#evilName()}" bigint))`,
      `transform(array[1], "x'y" -> "x'y" + 1)`, `eventtime AT TIME ZONE ${this.#literal()}`, `split(eventname, ${this.#literal()})`, 'count(*)',
      `max(eventname) FILTER (WHERE ${this.#condition()})`, `rank() OVER (ORDER BY eventname)`,
      `map(array[${this.#literal()}], array[1])[${this.#literal()}]`, `date_parse(eventname, ${this.#literal()})`,
      `split_to_map(eventname, ${this.#literal()}, ${this.#literal()})`, `translate(eventname, ${this.#literal()}, 'b')`,
    ];
    // prettier-ignore
    const hostile = [
      'token', `${secret}.token`, `default.${secret}.token`, `file('${file}')`, `"file"('${file}')`, `url('${url}')`, `getSetting('max_threads')`,
      `hostName()`, 'currentUser()', 'currentDatabase()', 'version()', `dictGet('d', 'a', 1)`, `dictGetOrDefault('d', 'a', 1, 2)`,
      `joinGet('default.${secret}', 'token', 1)`, `evalMLMethod(1, 2)`, `catboostEvaluate('${file}', 1)`, 'sleep(3)', 'sleepEachRow(1)', `throwIf(1, 'x')`,
      `initializeAggregation('sum', 1)`, `arrayMap(x -> file('${file}'), [1])`, `transform(array[1], x -> file('${file}'))`,
      `hasColumnInTable('default', '${secret}', 'token')`, 'serverUUID()', `getMacro('replica')`, `getOSKernelVersion()`, 'queryID()', `addressToLine(1)`,
      `demangle('x')`, `trap('x')`, `filesystemAvailable()`, `reinterpretAsString(1)`, `runningAccumulate(1)`, `generateSnowflakeID()`, `identity(1)`,
      `materialize(1)`, `ignore(1)`, `toTypeName(eventname)`, `dumpColumnStructure(eventname)`, `formatRow('CSV', eventname)`, `@@version`, `{p:String}`,
      `{p:Identifier}`, '$1', '$$x$$', '::text', 'eventname::text', `CAST(1 AS Dynamic)`, `CAST(eventname AS "String')")`, `CAST(1 AS Enum8('a' = 1))`,
      `CAST(1 AS AggregateFunction(sum, UInt8))`, `_table`, `_path`, `_file`, `_part`, `"_database"`, `t1.token`, 'o1', 'l0_0',
      `(SELECT token FROM ${secret} LIMIT 1)`, `(SELECT max(token) FROM default.${secret})`, `EXISTS (SELECT 1 FROM ${secret})`,
      `eventname IN (SELECT token FROM ${secret})`, `eventname IN ${secret}`, `eventname IN system.tables`, `x'41'`,
      `CASE WHEN (SELECT token FROM ${secret}) LIKE 'a%' THEN 1 END`, `array_agg((SELECT token FROM ${secret}))`, `(SELECT * FROM url('${url}'))`,
      `(WITH z AS (SELECT token FROM ${secret}) SELECT token FROM z)`, `count(*) OVER (PARTITION BY (SELECT token FROM ${secret}))`, `sum(1) OVER ${secret}`,
      `if(1, file('${file}'), 2)`, `try(file('${file}'))`, `"${this.#evilName()}"`, `${store}.eventname`,
    ];
    return this.#pick(this.#pick([...Array.from({ length: 9 }, () => safe), hostile]));
  }

  #condition(prefix = ''): string {
    const { secret } = this.#at;
    return this.#pick([
      () => `${prefix}eventname = ${this.#literal()}`,
      () => `${prefix}eventname LIKE ${this.#literal()}`,
      () => `${prefix}eventname LIKE ${this.#literal()} ESCAPE '\\'`,
      () => `${prefix}eventname IN (${this.#literal()}, ${this.#literal()})`,
      () => `${prefix}eventname <> ${this.#literal()} OR ${prefix}errorcode IS NULL`,
      () => `regexp_like(${prefix}eventname, ${this.#literal()})`,
      () => `${prefix}eventname IN (SELECT eventname FROM ${this.#at.store})`,
      () => `NOT (${prefix}eventname = ${this.#literal()})`,
      () => `${prefix}eventtime > '2020-01-01'`,
      () => `${prefix}errorcode IS NULL AND ${prefix}eventname <> ${this.#literal()}`,
      () => `${prefix}eventname IN (SELECT token FROM ${secret})`,
      () => `EXISTS (SELECT 1 FROM ${secret} WHERE token LIKE 'a%')`,
      () => `1 = 1 --`,
      () => 'true',
    ])();
  }

  #literal(): string {
    const { secret, file } = this.#at;
    // prettier-ignore
    return this.#pick([
      "'x'", "'it''s'", "'\\'", "'\\\\'", "'\\'' '", `'\\'' UNION ALL SELECT token FROM ${secret} -- '`, `''' UNION ALL SELECT token FROM ${secret} --'`,
      `'''; SELECT token FROM ${secret}; --'`, `'{p:String}'`, `'{x:Identifier}'`, "'%'", "'$1'", "'\\0'", "'\\x27'", "'\u2019 OR 1=1'", "'\u02bc'",
      `'$$ UNION SELECT token FROM ${secret} $$'`, `'/* */ -- #'`, `'\n\t'`, "'%Y-%m-%d'' OR ''1'", "'yyyy'''", "'$.a[\"b''c\"]'", "'(a|b)'", "'\\d+'",
      `'${file}'`, "U&'\\0027 OR'", "'UTC'", "'UTC'') , file(''/etc/passwd'')--'",
    ]);
  }

  #evilName(): string {
    const { secret } = this.#at;
    // prettier-ignore
    return this.#pick([
      'x', "a'b", 'a`b', 'a\\', 'a\\`', `x\` FROM ${secret} -- `, `x', (SELECT token FROM ${secret}) AS y --`, 'a""b', 'a" "b', '(', ')', ';', '{p:String}',
      '$$', 'é', '\u202e', ' ', 'SELECT', `a\`, token FROM ${secret}`,
    ]);
  }

  #suffix(): string {
    const { secret, file } = this.#at;
    // prettier-ignore
    return this.#pick([
      ' SETTINGS max_threads = 1', ' SETTINGS additional_table_filters = {}', ' FORMAT CSV', ' FORMAT Null', ` INTO OUTFILE '${file}.out'`,
      ` INTO OUTFILE '${file}.out' FORMAT CSV`, ` UNION ALL SELECT token FROM ${secret}`, ` UNION ALL SELECT token FROM ${secret} --`,
      ` -- x\n UNION ALL SELECT token FROM ${secret}`, ' FOR UPDATE', ' FETCH FIRST 1 ROW ONLY', ' WITH TOTALS', ` QUALIFY 1`, ' #comment', ' # x', '\0',
      ' /*! UNION SELECT 1 */', `) UNION ALL (SELECT token FROM ${secret}`, ' WINDOW w AS ()', ` PARALLEL WITH SELECT token FROM ${secret}`,
      ` |> SELECT token`,
    ]);
  }

  #prefix(): string {
    // prettier-ignore
    return this.#pick([
      'EXPLAIN ', 'DESCRIBE ', 'EXPLAIN AST ', 'INSERT INTO x ', 'CREATE TABLE x AS ', 'CREATE VIEW x AS ', 'SET a = 1; ', 'PREPARE x FROM ',
      'EXECUTE IMMEDIATE ', '/* x */ ', '-- x\n', 'FROM x ', '(', 'WITH a AS (SELECT 1) INSERT INTO x ', 'TRUNCATE x; ', 'SHOW TABLES; ',
      'SYSTEM SHUTDOWN; ',
    ]);
  }

  #commented(body: string): string {
    return body.replaceAll(
      ' ',
      this.#pick(['/**/ ', " /* ' */ ", ' -- " \n', '\t', '\u00a0', '\n', ' /* ` */ ']),
    );
  }

  #stacked(body: string): string {
    const { secret } = this.#at;
    return `${body}; ${this.#pick(['DROP TABLE x', `SELECT token FROM ${secret}`, 'SELECT 1', '', ';', '-- x', `INSERT INTO x SELECT token FROM ${secret}`])}`;
  }

  #some(make: () => string, most: number): string {
    return Array.from({ length: this.#pick([...Array(most).keys()]) + 1 }, make).join(', ');
  }
}
