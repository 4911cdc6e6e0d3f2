import type { OperationModel } from '../../aws/models/index.ts';
import { decode } from './query-value.ts';
import { splitPath, templateOf, type TemplateSegment } from '../../aws/protocols/http/uri-template.ts';
import { shapeOf } from '../../aws/protocols/shape.ts';
import type { Headers } from '../../aws/protocols/protocol.ts';

/** Finds the operation of a REST request; compiled once per service. */
export type Router = { readonly find: (request: RoutedRequest) => string | undefined };

export type RoutedRequest = {
  readonly method: string;
  /** Raw; S3's in path style. */
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
};

type Candidate = {
  readonly operation: string;
  readonly literals: readonly { readonly name: string; readonly value: string | undefined }[];
  readonly queries: readonly string[];
  readonly headers: readonly string[];
};

type Ends = Map<string, Candidate[]>;
type Node = {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  /** Labels that take several segments, with what must follow them. */
  readonly greedy: { readonly after: readonly TemplateSegment[]; readonly ends: Ends }[];
  readonly ends: Ends;
};

/** A trie over path segments: literals first, then labels, then greedy labels; at its ends the candidates by method. */
export function createRouter(operations: Iterable<OperationModel>): Router {
  const root = newNode();
  for (const operation of operations) insert(root, operation);
  sortCandidates(root);
  return {
    find: (request) => {
      const parts = splitPath(request.path);
      if (parts.at(-1) === '') parts.pop();
      return walk(root, parts, 0, request);
    },
  };
}

function newNode(): Node {
  return { literals: new Map(), label: undefined, greedy: [], ends: new Map() };
}

function insert(root: Node, model: OperationModel): void {
  if (model.http === undefined) return;
  const template = templateOf(model.http.uri);
  let node = root;
  for (const [index, segment] of template.segments.entries()) {
    if (segment.kind === 'greedy') {
      const ends: Ends = new Map();
      node.greedy.push({ after: template.segments.slice(index + 1), ends });
      addCandidate(ends, model.http.method, candidateOf(model, template.query));
      return;
    }
    node = childOf(node, segment);
  }
  addCandidate(node.ends, model.http.method, candidateOf(model, template.query));
}

function childOf(node: Node, segment: Exclude<TemplateSegment, { kind: 'greedy' }>): Node {
  if (segment.kind === 'label' || !('text' in segment)) return (node.label ??= newNode());
  const known = node.literals.get(segment.text);
  if (known !== undefined) return known;
  const made = newNode();
  node.literals.set(segment.text, made);
  return made;
}

function addCandidate(ends: Ends, method: string, candidate: Candidate): void {
  const known = ends.get(method);
  if (known === undefined) ends.set(method, [candidate]);
  else known.push(candidate);
}

/** Required members tell apart what the template cannot: UploadPart has a part number, CopyObject a source. */
function candidateOf(model: OperationModel, literals: Candidate['literals']): Candidate {
  const shape = shapeOf(model.input);
  const required = shape.members().slice(0, shape.required);
  return {
    operation: model.name,
    literals,
    queries: required.flatMap(({ shape: { traits } }) => traits.httpQuery ?? []),
    headers: required.flatMap(({ shape: { traits } }) => traits.httpHeader?.toLowerCase() ?? []),
  };
}

/** Most literals first, then most requirements: the first that fits is the answer. */
function sortCandidates(node: Node): void {
  const sort = (ends: Ends) => {
    for (const candidates of ends.values()) candidates.sort((a, b) => weightOf(b) - weightOf(a));
  };
  sort(node.ends);
  mergeGreedy(node);
  for (const { ends } of node.greedy) sort(ends);
  for (const child of node.literals.values()) sortCandidates(child);
  if (node.label !== undefined) sortCandidates(node.label);
}

/** Operations with the same greedy path compete; longer endings are tried first. */
function mergeGreedy({ greedy }: Node): void {
  const merged = new Map<string, (typeof greedy)[number]>();
  for (const one of greedy) {
    const key = JSON.stringify(one.after);
    const same = merged.get(key);
    if (same === undefined) merged.set(key, one);
    else
      for (const [method, candidates] of one.ends)
        for (const candidate of candidates) addCandidate(same.ends, method, candidate);
  }
  greedy.splice(0, greedy.length, ...[...merged.values()].sort((a, b) => b.after.length - a.after.length));
}

function walk(node: Node, parts: readonly string[], at: number, request: RoutedRequest): string | undefined {
  const part = parts[at];
  if (part === undefined) return choose(node.ends, request);
  const literal =
    node.literals.get(part) ?? (part.includes('%') ? node.literals.get(decode(part)) : undefined);
  const byLiteral = literal === undefined ? undefined : walk(literal, parts, at + 1, request);
  if (byLiteral !== undefined) return byLiteral;
  const byLabel =
    node.label === undefined || part === '' ? undefined : walk(node.label, parts, at + 1, request);
  if (byLabel !== undefined) return byLabel;
  for (const { after, ends } of node.greedy) {
    const found = endsWith(parts, at, after) ? choose(ends, request) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** At least one segment for the greedy label, then the template's own. */
function endsWith(parts: readonly string[], at: number, after: readonly TemplateSegment[]): boolean {
  const start = parts.length - after.length;
  if (start <= at) return false;
  return after.every(
    (segment, index) => segment.kind !== 'literal' || decode(parts[start + index] ?? '') === segment.text,
  );
}

function choose(ends: Ends, { method, query, headers }: RoutedRequest): string | undefined {
  const candidates = ends.get(method);
  if (candidates === undefined) return undefined;
  const names = query === '' ? NO_NAMES : queryNames(query);
  let incomplete: Candidate | undefined;
  for (const candidate of candidates) {
    if (incomplete !== undefined && candidate.literals.length < incomplete.literals.length) break;
    if (!candidate.literals.every(({ name, value }) => hasLiteral(names, name, value))) continue;
    if (isComplete(candidate, names, headers)) return named(candidate, candidates, names).operation;
    if (candidate.literals.length > 0 || incomplete === undefined) incomplete = candidate;
  }
  return incomplete?.operation;
}

function isComplete(
  { queries, headers: required }: Candidate,
  names: ReadonlyMap<string, string>,
  headers: Headers,
): boolean {
  return queries.every((name) => names.has(name)) && required.every((name) => headers[name] !== undefined);
}

/** Where nothing else tells two operations apart (ListBuckets, ListDirectoryBuckets), the name that some clients add may. */
function named(
  found: Candidate,
  candidates: readonly Candidate[],
  names: ReadonlyMap<string, string>,
): Candidate {
  const id = names.get('x-id');
  if (id === undefined || id === found.operation) return found;
  return candidates.find((one) => one.operation === id && isTwin(one, found)) ?? found;
}

function isTwin(a: Candidate, b: Candidate): boolean {
  return (
    JSON.stringify([a.literals, a.queries, a.headers]) === JSON.stringify([b.literals, b.queries, b.headers])
  );
}

function weightOf({ literals, queries, headers }: Candidate): number {
  return literals.length * 1000 + queries.length + headers.length;
}

function hasLiteral(names: ReadonlyMap<string, string>, name: string, value: string | undefined): boolean {
  return value === undefined ? names.has(name) : names.get(name) === value;
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

function queryNames(query: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const pair of query.split('&')) {
    // A presigned request's own; no template asks for such a name.
    if (pair.startsWith('X-Amz-')) continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    if (!names.has(name)) names.set(name, at === -1 ? '' : decode(pair.slice(at + 1)));
  }
  return names;
}
