import type { ApiClient } from './client.ts';
import type { JsonService } from './services.ts';

/** What came as JSON and has to be read member by member: nothing of it is taken on trust. */
export type Json = Readonly<Record<string, unknown>>;

/** Of what has more pages than that the rest is left out rather than waited for. */
const MOST_PAGES = 100;

/** All pages of a list. The token is `nextToken` where the service writes its members small. */
export async function pages(
  api: Pick<ApiClient, 'json'>,
  asked: {
    readonly service: JsonService;
    readonly operation: string;
    /** Member of the answer. */
    readonly list: string;
    readonly input?: object;
  },
  signal?: AbortSignal,
): Promise<readonly Json[]> {
  const { service, operation, list, input = {} } = asked;
  const member = service === 'logs' ? 'nextToken' : 'NextToken';
  const found: Json[] = [];
  let token = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const next = token === '' ? {} : { [member]: token };
    const answer = await api.json(service, operation, { ...input, ...next }, signal);
    found.push(...objects(answer[list]));
    token = text(answer[member]);
    if (token === '') break;
  }
  return found;
}

export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** '' for what is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** 0 for what is none. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Milliseconds of a moment told in seconds, or written out; 0 for what is none. */
export function time(value: unknown): number {
  if (typeof value === 'number') return value * 1000;
  return Date.parse(text(value)) || 0;
}
