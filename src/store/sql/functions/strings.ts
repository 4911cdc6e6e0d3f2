import { arrayOf, BIGINT, INTEGER, mapOf, VARBINARY, VARCHAR } from '../types/type.ts';
import { quote } from '../compile/value.ts';
import { bool, container, of, type Call } from './call-args.ts';
import { one, takes, three, two, type Functions } from './spec.ts';

const text = (name: string) => one((call) => of(VARCHAR, `${name}(${call.text(0).sql})`));

/** https://trino.io/docs/current/functions/string.html */
export const STRING_FUNCTIONS: Functions = {
  lower: text('lowerUTF8'),
  upper: text('upperUTF8'),
  reverse: one((call) => {
    const value = call.value(0);
    if (value.type.kind === 'array')
      return { ...value, sql: `arrayReverse(${value.sql})`, constant: undefined };
    return of(VARCHAR, `reverseUTF8(${call.text(0).sql})`);
  }),
  trim: trim('trimBoth'),
  btrim: trim('trimBoth'),
  'trim both': trimSigns('trimBoth'),
  ltrim: trim('trimLeft'),
  'trim leading': trimSigns('trimLeft'),
  rtrim: trim('trimRight'),
  'trim trailing': trimSigns('trimRight'),
  length: one((call) => {
    const value = call.value(0);
    return value.type.kind === 'varbinary'
      ? of(BIGINT, `length(${value.sql})`)
      : of(BIGINT, `lengthUTF8(${call.text(0).sql})`);
  }),
  chr: one((call) => of(VARCHAR, `char(${call.integer(0).sql})`)),
  codepoint: one((call) =>
    of(
      INTEGER,
      `arrayElementOrNull(arrayMap(c -> toInt32(reinterpretAsUInt32(reverse(substring(convertCharset(c, 'UTF-8', 'UTF-32BE'), 1, 4)))), [assumeNotNull(${call.text(0).sql})]), 1)`,
    ),
  ),
  concat: takes(1, 127, concat),
  concat_ws: takes(2, 127, (call) => {
    const [separator, ...rest] = [call.text(0), ...call.values(1)];
    const parts = rest.map(({ sql, type }) => (type.kind === 'array' ? sql : `[${sql}]`));
    const array = `arrayMap(c -> assumeNotNull(c), arrayFilter(c -> isNotNull(c), arrayConcat(${parts.join(', ')})))`;
    return of(
      VARCHAR,
      `if(isNull(${separator.sql}), NULL, arrayStringConcat(${array}, assumeNotNull(${separator.sql})))`,
    );
  }),
  substr: takes(2, 3, substring),
  substring: takes(2, 3, substring),
  replace: takes(2, 3, (call) =>
    of(
      VARCHAR,
      `replaceAll(${call.text(0).sql}, ${call.text(1).sql}, ${call.count === 3 ? call.text(2).sql : "''"})`,
    ),
  ),
  translate: three((call) =>
    of(VARCHAR, `translateUTF8(${call.text(0).sql}, ${quote(call.constant(1))}, ${quote(call.constant(2))})`),
  ),
  strpos: takes(2, 2, (call) => of(BIGINT, `positionUTF8(${call.text(0).sql}, ${call.text(1).sql})`)),
  'strpos in': two((call) => of(BIGINT, `positionUTF8(${call.text(1).sql}, ${call.text(0).sql})`)),
  starts_with: two((call) => bool(`startsWith(${call.text(0).sql}, ${call.text(1).sql})`)),
  ends_with: two((call) => bool(`endsWith(${call.text(0).sql}, ${call.text(1).sql})`)),
  lpad: three((call) =>
    of(VARCHAR, `leftPadUTF8(${call.text(0).sql}, ${call.integer(1).sql}, ${call.text(2).sql})`),
  ),
  rpad: three((call) =>
    of(VARCHAR, `rightPadUTF8(${call.text(0).sql}, ${call.integer(1).sql}, ${call.text(2).sql})`),
  ),
  split: takes(2, 3, (call) => {
    const args = [call.text(0), call.text(1)];
    const type = arrayOf(VARCHAR);
    if (call.count === 2)
      return container(
        type,
        args,
        ([value, by]) => `if(empty(${value ?? ''}), [''], splitByString(${by ?? ''}, ${value ?? ''}))`,
      );
    const limit = call.integer(2).sql;
    return container(type, args, ([value, by]) => {
      const parts = `splitByString(${by ?? ''}, ${value ?? ''})`;
      return `if(length(${parts}) <= ${limit}, if(empty(${value ?? ''}), [''], ${parts}), arrayPushBack(arraySlice(${parts}, 1, ${limit} - 1), arrayStringConcat(arraySlice(${parts}, ${limit}), ${by ?? ''})))`;
    });
  }),
  split_part: three((call) =>
    of(
      VARCHAR,
      `if(isNull(${call.text(0).sql}), NULL, arrayElementOrNull(splitByString(assumeNotNull(${call.text(1).sql}), assumeNotNull(${call.text(0).sql})), assumeNotNull(${call.integer(2).sql})))`,
    ),
  ),
  split_to_map: three((call) =>
    container(
      mapOf(VARCHAR, VARCHAR),
      [call.text(0), call.text(1), call.text(2)],
      ([value, entry, key]) =>
        `mapFromArrays(arrayMap(e -> splitByString(${key ?? ''}, e)[1], splitByString(${entry ?? ''}, ${value ?? ''})), arrayMap(e -> splitByString(${key ?? ''}, e)[2], splitByString(${entry ?? ''}, ${value ?? ''})))`,
    ),
  ),
  levenshtein_distance: two((call) =>
    of(BIGINT, `editDistanceUTF8(${call.text(0).sql}, ${call.text(1).sql})`),
  ),
  hamming_distance: two((call) =>
    of(BIGINT, `byteHammingDistance(${call.text(0).sql}, ${call.text(1).sql})`),
  ),
  normalize: one((call) => of(VARCHAR, `normalizeUTF8NFC(${call.text(0).sql})`)),
  soundex: text('soundex'),
  to_utf8: one((call) => of(VARBINARY, call.text(0).sql)),
  from_utf8: one((call) => of(VARCHAR, `toValidUTF8(${call.binary(0).sql})`)),
};

function concat(call: Call) {
  const values = call.values();
  const array = values.some(({ type }) => type.kind === 'array');
  if (array) return { ...call.array(0), sql: `arrayConcat(${values.map(({ sql }) => sql).join(', ')})` };
  return of(VARCHAR, `concat(${values.map((_, n) => call.text(n).sql).join(', ')})`);
}

/** 1-based; a negative start counts from the end; what is out of range is ''. */
function substring(call: Call) {
  const [value, start] = [call.text(0).sql, call.integer(1).sql];
  const length = call.count === 3 ? `, greatest(${call.integer(2).sql}, 0)` : '';
  const plain = `substringUTF8(${value}, ${start}${length})`;
  const constant = Number(call.integer(1).constant ?? NaN);
  if (constant > 0) return of(VARCHAR, plain);
  return of(
    VARCHAR,
    `if(${start} = 0 OR negate(${start}) > lengthUTF8(${value}), if(isNull(${value}), NULL, ''), ${plain})`,
  );
}

function trim(name: string) {
  return takes(1, 2, (call) => {
    if (call.count === 2) return of(VARCHAR, `${name}(${call.text(0).sql}, ${quote(call.constant(1))})`);
    return of(VARCHAR, `${name}(${call.text(0).sql}, ' \\t\\n\\r')`);
  });
}

/** TRIM(LEADING 'x' FROM y): the signs come first. */
function trimSigns(name: string) {
  return takes(1, 2, (call) => {
    if (call.count === 1) return of(VARCHAR, `${name}(${call.text(0).sql}, ' \\t\\n\\r')`);
    return of(VARCHAR, `${name}(${call.text(1).sql}, ${quote(call.constant(0))})`);
  });
}
