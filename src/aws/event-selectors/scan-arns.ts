/** `"ARN` begins the names of both members that hold one: `ARN` and `ARNPrefix`. */
const NAME = Buffer.from('"ARN');
const [QUOTE, COLON] = [0x22, 0x3a];

/** Texts of all members of a JSON text whose name begins with ARN, wherever they stand. For JSON without a backslash. */
export function scanArns(json: Buffer): readonly string[] {
  const found: string[] = [];
  let at = json.indexOf(NAME);
  while (at >= 0) {
    const from = textAfter(json, json.indexOf(QUOTE, at + NAME.length) + 1);
    const to = from < 0 ? -1 : json.indexOf(QUOTE, from);
    if (to > from) found.push(json.toString('utf8', from, to));
    at = json.indexOf(NAME, Math.max(to, at + NAME.length));
  }
  return found;
}

/** Where the text begins that follows a name which ended before `at`; -1 where no text does. */
function textAfter(json: Buffer, at: number): number {
  const colon = skipSpace(json, at);
  if (at <= 0 || json[colon] !== COLON) return -1;
  const quote = skipSpace(json, colon + 1);
  return json[quote] === QUOTE ? quote + 1 : -1;
}

function skipSpace(json: Buffer, at: number): number {
  let next = at;
  while (json[next] === 0x20 || json[next] === 0x0a || json[next] === 0x0d || json[next] === 0x09) next++;
  return next;
}
