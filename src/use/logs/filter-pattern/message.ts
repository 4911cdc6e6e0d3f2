/** A message that many patterns are asked of: read once, and only as far as they need it. */
export class LogMessage {
  readonly text: string;
  #json: { readonly value: unknown } | undefined | 'unread' = 'unread';
  #fields: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Only objects and arrays are JSON log events. */
  json(): { readonly value: unknown } | undefined {
    if (this.#json === 'unread') this.#json = parse(this.text);
    return this.#json;
  }

  /** What white space parts; what stands in quotation marks or brackets is one field. */
  fields(): readonly string[] {
    this.#fields ??= [...this.text.matchAll(FIELD)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    return this.#fields;
  }
}

const FIELD = /"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)/gs;

function parse(message: string): { readonly value: unknown } | undefined {
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return { value: JSON.parse(message) as unknown };
  } catch {
    return undefined;
  }
}
