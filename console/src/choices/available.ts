import type { ApiClient } from '../aws/client.ts';
import { ApiError, isNotPermitted, isNotServed, missingAction } from '../aws/errors.ts';
import { objects } from '../aws/pages.ts';
import { xmlObjects, xmlTexts } from '../aws/services.ts';

/** What there is of a kind to choose from, or why nobody can say. */
export type Available =
  /** `whole` is false where there are more than were asked for. */
  | { readonly state: 'listed'; readonly names: readonly string[]; readonly whole: boolean }
  /** No service for it here: what needs it cannot be chosen. */
  | { readonly state: 'not-served'; readonly why: string }
  /** It may be chosen by its name. */
  | { readonly state: 'unknown'; readonly why: string };

export type Kind = 'buckets' | 'keys' | 'topics' | 'logGroups' | 'roles';

type Api = Pick<ApiClient, 'json' | 'query' | 's3'>;

export type Lists = { readonly [kind in Kind]?: Available | undefined };

/** A page of names, and what the next one is asked with; '' when it is the last. */
type Page = { readonly names: readonly string[]; readonly next: string };
type ReadPage = (api: Api, after: string, signal: AbortSignal) => Promise<Page>;

const READ: Readonly<Record<Kind, ReadPage>> = {
  buckets: async (api, after, signal) => {
    const query = { 'max-buckets': '1000', ...(after ? { 'continuation-token': after } : {}) };
    const xml = await (await api.s3({ method: 'GET', bucket: '', query, signal })).text();
    return {
      names: xmlObjects(xml, 'Bucket').map(({ Name = '' }) => Name),
      next: first(xmlTexts(xml, 'ContinuationToken')),
    };
  },
  keys: async (api, after, signal) => {
    const input = { Limit: 100, ...(after ? { Marker: after } : {}) };
    const answer = await api.json('kms', 'ListAliases', input, signal);
    return {
      names: objects(answer['Aliases']).flatMap(({ AliasName, TargetKeyId }) =>
        typeof AliasName === 'string' && TargetKeyId && !AliasName.startsWith('alias/aws/')
          ? [AliasName]
          : [],
      ),
      next: answer['Truncated'] === true ? String(answer['NextMarker'] ?? '') : '',
    };
  },
  topics: async (api, after, signal) => {
    const xml = await api.query('sns', 'ListTopics', after ? { NextToken: after } : {}, signal);
    return {
      names: xmlTexts(xml, 'TopicArn').map((arn) => arn.split(':').at(-1) ?? arn),
      next: first(xmlTexts(xml, 'NextToken')),
    };
  },
  logGroups: async (api, after, signal) => {
    const input = { limit: 50, ...(after ? { nextToken: after } : {}) };
    const answer = await api.json('logs', 'DescribeLogGroups', input, signal);
    return {
      names: objects(answer['logGroups']).map(({ logGroupName }) => String(logGroupName)),
      next: String(answer['nextToken'] ?? ''),
    };
  },
  roles: async (api, after, signal) => {
    const input = { MaxItems: 1000, ...(after ? { Marker: after } : {}) };
    const xml = await api.query('iam', 'ListRoles', input, signal);
    return {
      names: xmlTexts(xml, 'RoleName'),
      next: first(xmlTexts(xml, 'IsTruncated')) === 'true' ? first(xmlTexts(xml, 'Marker')) : '',
    };
  },
};

/** Pages of a kind that are asked for at most: what is beyond is chosen by its name. */
export const MOST_PAGES = 100;

async function listNames(api: Api, kind: Kind, signal: AbortSignal): Promise<Available> {
  const names = new Set<string>();
  let after = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await READ[kind](api, after, signal);
    for (const name of answer.names) names.add(name);
    if (answer.next === '' || answer.next === after)
      return { state: 'listed', names: [...names].sort(), whole: true };
    after = answer.next;
  }
  return { state: 'listed', names: [...names].sort(), whole: false };
}

function first(texts: readonly string[]): string {
  return texts[0] ?? '';
}

/** Rejects with what is no answer to the question: the server being away. */
export async function available(api: Api, kind: Kind, signal: AbortSignal): Promise<Available> {
  try {
    return await listNames(api, kind, signal);
  } catch (error) {
    if (isNotServed(error)) return { state: 'not-served', why: error.message };
    if (isNotPermitted(error)) {
      const action = missingAction(error);
      return { state: 'unknown', why: `Not listed: ${action ?? error.code} is not permitted to you.` };
    }
    if (error instanceof ApiError && error.status !== 0)
      return { state: 'unknown', why: `Not listed: ${error.code}.` };
    throw error;
  }
}
