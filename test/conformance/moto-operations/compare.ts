import { eventNameOf as renamed } from '../../../src/record/renames.ts';
import { ERRORS, HIDDEN_PARAMETERS, LESS_ELEMENTS, READS_WITH_ELEMENTS, SECRET_MEMBERS } from './expected.ts';

/** What a call asked and was answered, by the client's own account, beside the record of it. */

type Json = Readonly<Record<string, unknown>>;

export type Note = {
  readonly call: number;
  /** Signing name. */
  readonly service: string;
  readonly operation: string;
  readonly parameters: Json;
  /** 0 when the call never left the client or its answer could not be read. */
  readonly status: number;
  readonly answer?: Json;
  readonly code?: string;
  readonly message?: string;
};

type TrailRecord = {
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventCategory: string;
  readonly userAgent?: string;
  readonly readOnly: boolean;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Json | null;
  readonly responseElements: Json | null;
};

export type Seen = { readonly note: Note; readonly record: TrailRecord | undefined };

export type Difference = {
  readonly kind: 'parameters' | 'elements' | 'error';
  /** `iam CreateUser`. */
  readonly call: string;
  readonly what: string;
};

/** Everything in which the records fall short of what the client saw. */
export function differences(seen: readonly Seen[]): readonly Difference[] {
  return seen.flatMap(({ note, record }) => {
    if (record === undefined) return [];
    const call = `${note.service} ${note.operation}`;
    const found = [
      ...parameters(note, record).map((what) => ({ kind: 'parameters' as const, what })),
      ...elements(note, record).map((what) => ({ kind: 'elements' as const, what })),
      ...errors(note, record).map((what) => ({ kind: 'error' as const, what })),
    ];
    return found.map((one) => ({ call, ...one }));
  });
}

/** `iam.amazonaws.com CreateUser`. */
export function expectedName({ service, operation }: Note): string {
  return `${service}.amazonaws.com ${renamed({ service, operation })}`;
}

export type Count = { readonly service: string; readonly operations: number; readonly well: number };

/** Different operations by service, and how many of them went well at least once. */
export function countByService(seen: readonly Seen[]): readonly Count[] {
  const all = new Map<string, Set<string>>();
  const well = new Map<string, Set<string>>();
  for (const { note, record } of seen) {
    if (record === undefined) continue;
    add(all, note);
    if (note.code === undefined) add(well, note);
  }
  return [...all]
    .map(([service, { size }]) => ({ service, operations: size, well: well.get(service)?.size ?? 0 }))
    .sort((one, other) => other.operations - one.operations);
}

function add(map: Map<string, Set<string>>, { service, operation }: Note): void {
  map.set(service, (map.get(service) ?? new Set()).add(operation));
}

function parameters({ service, operation, parameters: given }: Note, record: TrailRecord): readonly string[] {
  const { requestParameters } = record;
  if (Object.keys(given).length > 0 && requestParameters === null) return ['null'];
  const hidden = HIDDEN_PARAMETERS.get(`${service} ${operation}`) ?? [];
  return missingFrom(requestParameters, given).filter((leaf) => !hidden.includes(leaf));
}

function elements({ service, operation, answer, code }: Note, record: TrailRecord): readonly string[] {
  const { readOnly, responseElements } = record;
  const name = `${service} ${operation}`;
  if (code !== undefined) return responseElements === null ? [] : ['elements of a call that failed'];
  if (readOnly && !READS_WITH_ELEMENTS.has(name))
    return responseElements === null ? [] : ['elements of a read'];
  if (service === 's3') return s3Elements(record);
  if (answer === undefined || Object.keys(answer).length === 0) return [];
  if (LESS_ELEMENTS.has(name)) return [];
  return responseElements === null ? ['null'] : missingFrom(responseElements, answer);
}

/** Writes to objects have S3's request id, writes to buckets have nothing, as in real records. */
function s3Elements({ eventCategory, responseElements }: TrailRecord): readonly string[] {
  if (eventCategory === 'Management') return responseElements === null ? [] : ['elements of a bucket'];
  return typeof responseElements?.['x-amz-request-id'] === 'string' ? [] : ['no request id'];
}

function errors({ service, code, message }: Note, record: TrailRecord): readonly string[] {
  const { errorCode, errorMessage } = record;
  if (code === undefined) return errorCode === undefined ? [] : [`${errorCode}, which the client never saw`];
  const wanted = service === 'ec2' ? `Client.${code}` : (ERRORS.get(`${service} ${code}`) ?? code);
  const found: string[] = [];
  if (errorCode !== wanted) found.push(`${errorCode} instead of ${wanted}`);
  // The answer to a HEAD has no body: what the client says of it is its own.
  if (code !== '404' && errorMessage !== message) found.push(`"${errorMessage}" instead of "${message}"`);
  return found;
}

/** Values that were given and are not shown. What is `unseen` is a secret, what stands in brackets is no text. */
function missingFrom(shown: unknown, given: unknown): readonly string[] {
  const values = new Set(leaves(shown));
  return leaves(given).filter((leaf) => !values.has(leaf) && !/unseen|^\(\w+\)$/i.test(leaf));
}

/** Every plain value as text; documents of JSON by their values, however they were written. */
function leaves(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, one]) => (SECRET_MEMBERS.has(name) ? [] : leaves(one)));
  if (typeof value === 'string') return documentIn(value) ?? [value.replace(/^\/hostedzone\//, '')];
  return value === null || value === undefined ? [] : [String(value)];
}

function documentIn(text: string): readonly string[] | undefined {
  const json = text.startsWith('%7B') ? decodeURIComponent(text) : text;
  if (!/^\s*[{[]/.test(json)) return undefined;
  try {
    return leaves(JSON.parse(json));
  } catch {
    return undefined;
  }
}
