import type { ApiClient } from '../../../aws/client.ts';
import { ApiError, isNotPermitted, isNotServed, missingAction } from '../../../aws/errors.ts';
import { xmlObjects, xmlTexts } from '../../../aws/services.ts';

/** What there is of a kind to choose from, or why nobody can say. */
export type Available =
  | { readonly state: 'listed'; readonly names: readonly string[] }
  /** No service for it here: what needs it cannot be chosen. */
  | { readonly state: 'not-served'; readonly why: string }
  /** It may be chosen by its name. */
  | { readonly state: 'unknown'; readonly why: string };

export type Kind = 'buckets' | 'keys' | 'topics' | 'logGroups' | 'roles';

export type Lists = { readonly [kind in Kind]?: Available | undefined };

const LIST: Readonly<Record<Kind, (api: ApiClient, signal: AbortSignal) => Promise<readonly string[]>>> = {
  buckets: async (api, signal) => {
    const response = await api.s3({ method: 'GET', bucket: '', signal });
    return xmlObjects(await response.text(), 'Bucket').map(({ Name = '' }) => Name);
  },
  keys: async (api, signal) => {
    const answer = await api.json('kms', 'ListAliases', { Limit: 100 }, signal);
    return objects(answer['Aliases']).flatMap(({ AliasName, TargetKeyId }) =>
      typeof AliasName === 'string' && TargetKeyId && !AliasName.startsWith('alias/aws/') ? [AliasName] : [],
    );
  },
  topics: async (api, signal) =>
    xmlTexts(await api.query('sns', 'ListTopics', {}, signal), 'TopicArn').map(
      (arn) => arn.split(':').at(-1) ?? arn,
    ),
  logGroups: async (api, signal) => {
    const answer = await api.json('logs', 'DescribeLogGroups', { limit: 50 }, signal);
    return objects(answer['logGroups']).map(({ logGroupName }) => String(logGroupName));
  },
  roles: async (api, signal) =>
    xmlTexts(await api.query('iam', 'ListRoles', { MaxItems: 1000 }, signal), 'RoleName'),
};

/** Rejects with what is no answer to the question: the server being away. */
export async function available(api: ApiClient, kind: Kind, signal: AbortSignal): Promise<Available> {
  try {
    return { state: 'listed', names: [...new Set(await LIST[kind](api, signal))].sort() };
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

function objects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as Readonly<Record<string, unknown>>[]) : [];
}
