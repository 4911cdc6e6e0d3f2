import { OpentrailError } from '../../base/errors.ts';

/** An event data store of the server, as ListEventDataStores names it. */
export type NamedStore = { readonly name: string; readonly id: string };

/** Words that stand for the store that is asked about. */
const DEFAULTS = new Set(['events', '$eds_id', '<event_data_store_id>', '<event_data_store>']);

/**
 * The statement with ids in place of names: after FROM and JOIN a store may stand by its name, and `events` for the one
 * that was chosen. Texts, comments and what WITH defines stay as they are. Throws BAD_ARGUMENT when `events` is asked of and no store is chosen.
 */
export function nameStores(
  statement: string,
  stores: readonly NamedStore[],
  chosen: () => NamedStore,
): string {
  const defined = new Set(
    [...statement.matchAll(/([A-Za-z_]\w*)\s+as\s*\(/gi)].map(([, name = '']) => name.toLowerCase()),
  );
  const idOf = (word: string): string | undefined => {
    const name = word.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"');
    const lower = name.toLowerCase();
    if (defined.has(lower)) return undefined;
    const named =
      stores.find((store) => store.name === name) ??
      stores.find((store) => store.name.toLowerCase() === lower);
    if (named !== undefined) return named.id;
    return DEFAULTS.has(lower) ? chosen().id : undefined;
  };
  let isTable = false;
  return statement.replace(TOKEN, (token) => {
    if (/^(\s|--|\/\*)/.test(token)) return token;
    const replaced = isTable ? idOf(token) : undefined;
    isTable = /^(from|join)$/i.test(token);
    return replaced ?? token;
  });
}

/** Texts, quoted names, comments, white space, placeholders, words (ids and names of stores have hyphens), and single characters. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\s+|<\w+>|[\w$][\w$.-]*|[\s\S]/g;

/** The store that `--store` names, or the only one. */
export function chooseStore(stores: readonly NamedStore[], wanted: string | undefined): NamedStore {
  if (wanted !== undefined) {
    const id = wanted.replace(/^arn:.*:eventdatastore\//, '');
    const found = stores.find((store) => store.name === wanted || store.id === id);
    if (found !== undefined) return found;
    throw new OpentrailError(
      'BAD_ARGUMENT',
      `--store: there is no event data store "${wanted}"${known(stores)}`,
    );
  }
  const [only, ...others] = stores;
  if (only !== undefined && others.length === 0) return only;
  throw new OpentrailError(
    'BAD_ARGUMENT',
    only === undefined
      ? 'there is no event data store yet; make one: aws cloudtrail create-event-data-store --name NAME'
      : `which event data store? Give --store NAME${known(stores)}`,
  );
}

function known(stores: readonly NamedStore[]): string {
  return stores.length === 0 ? '' : `; there are: ${stores.map(({ name }) => name).join(', ')}`;
}
