/** One segment of a template's path. */
export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label' | 'greedy'; readonly name: string };

/** `/{Bucket}/{Key+}?acl&x-id=Foo` taken apart. `x-id` is left out: only some clients send it. */
export type UriTemplate = {
  readonly segments: readonly TemplateSegment[];
  readonly query: readonly { readonly name: string; readonly value: string | undefined }[];
};

const parsed = new Map<string, UriTemplate>();

/** The template of an operation; parsed once. Templates come from installed packages only, so their number is bounded. */
export function templateOf(uri: string): UriTemplate {
  let template = parsed.get(uri);
  if (template === undefined) parsed.set(uri, (template = parseTemplate(uri)));
  return template;
}

/**
 * The raw (still encoded) label values of a path; undefined when the path is not of the template.
 * A trailing slash does not matter, except that it belongs to a greedy label at the end.
 */
export function matchPath({ segments }: UriTemplate, path: string): ReadonlyMap<string, string> | undefined {
  const parts = splitPath(path);
  const labels = new Map<string, string>();
  const greedyAt = segments.findIndex(({ kind }) => kind === 'greedy');
  const after = greedyAt === -1 ? 0 : segments.length - greedyAt - 1;
  if (
    greedyAt !== segments.length - 1 &&
    parts.length > segments.length - (greedyAt === -1 ? 0 : 1) &&
    parts.at(-1) === ''
  )
    parts.pop();
  if (greedyAt === -1 ? parts.length !== segments.length : parts.length < segments.length) return undefined;
  for (const [index, segment] of segments.entries()) {
    const greedy = segment.kind === 'greedy';
    const at = greedyAt !== -1 && index > greedyAt ? parts.length - (segments.length - index) : index;
    const value = greedy ? parts.slice(at, parts.length - after).join('/') : (parts[at] ?? '');
    if (segment.kind === 'literal' ? value !== segment.text : value === '') return undefined;
    if (segment.kind !== 'literal') labels.set(segment.name, value);
  }
  return labels;
}

/** `/a/b/` → `['a', 'b', '']`; `/` → `[]`. */
export function splitPath(path: string): string[] {
  if (path === '' || path === '/') return [];
  return (path.startsWith('/') ? path.slice(1) : path).split('/');
}

function parseTemplate(uri: string): UriTemplate {
  const at = uri.indexOf('?');
  const path = at === -1 ? uri : uri.slice(0, at);
  const parts = splitPath(path);
  if (parts.at(-1) === '') parts.pop();
  return { segments: parts.map(parseSegment), query: at === -1 ? [] : parseLiterals(uri.slice(at + 1)) };
}

function parseSegment(text: string): TemplateSegment {
  if (!text.startsWith('{') || !text.endsWith('}')) return { kind: 'literal', text };
  const name = text.slice(1, -1);
  return name.endsWith('+') ? { kind: 'greedy', name: name.slice(0, -1) } : { kind: 'label', name };
}

function parseLiterals(query: string): UriTemplate['query'] {
  const literals = [];
  for (const pair of query.split('&')) {
    const [name = '', value] = pair.split('=', 2);
    if (name !== '' && name !== 'x-id') literals.push({ name, value: value === '' ? undefined : value });
  }
  return literals;
}
