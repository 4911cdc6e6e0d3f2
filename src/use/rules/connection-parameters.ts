import { z } from 'zod';

import { invalid } from './rule-errors.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnectionAuthRequestParameters.html */
const text = z.string().min(1).max(512);
const url = z.string().min(1).max(2048);
const parameter = z.object({
  Key: z.string().min(1).max(512),
  Value: z.string().max(512).optional(),
  IsValueSecret: z.boolean().optional(),
});
const httpParameters = z.object({
  HeaderParameters: z.array(parameter).max(100).optional(),
  QueryStringParameters: z.array(parameter).max(100).optional(),
  BodyParameters: z.array(parameter).max(100).optional(),
});

export const authParameters = z.strictObject({
  BasicAuthParameters: z.strictObject({ Username: text, Password: text }).optional(),
  ApiKeyAuthParameters: z.strictObject({ ApiKeyName: text, ApiKeyValue: text }).optional(),
  OAuthParameters: z
    .strictObject({
      ClientParameters: z.strictObject({ ClientID: text, ClientSecret: text }),
      AuthorizationEndpoint: url,
      HttpMethod: z.enum(['GET', 'POST', 'PUT']),
      OAuthHttpParameters: httpParameters.optional(),
    })
    .optional(),
  InvocationHttpParameters: httpParameters.optional(),
});

export const AUTHORIZATION_TYPES = ['BASIC', 'OAUTH_CLIENT_CREDENTIALS', 'API_KEY'] as const;

export type AuthorizationType = (typeof AUTHORIZATION_TYPES)[number];
export type AuthParameters = z.output<typeof authParameters>;
export type HttpParameters = z.output<typeof httpParameters>;

const MEMBER_OF: Readonly<Record<AuthorizationType, keyof AuthParameters>> = {
  BASIC: 'BasicAuthParameters',
  API_KEY: 'ApiKeyAuthParameters',
  OAUTH_CLIENT_CREDENTIALS: 'OAuthParameters',
};

/** Throws ValidationException where the parameters are another kind's, or could not be sent. */
export function checkParameters(type: AuthorizationType, given: AuthParameters): void {
  for (const [kind, member] of Object.entries(MEMBER_OF)) {
    if ((given[member] !== undefined) !== (kind === type))
      throw invalid(
        `Parameter AuthParameters is not valid. Reason: ${type} wants ${MEMBER_OF[type]}, and nothing of other types.`,
      );
  }
  const { ApiKeyAuthParameters: key } = given;
  if (key !== undefined) checkHeaderName(key.ApiKeyName);
  if (key !== undefined && !/^[\t\x20-\x7e]+$/.test(key.ApiKeyValue))
    throw invalid('Parameter ApiKeyValue is not valid. Reason: it can not be sent in a header.');
  const { OAuthParameters: oauth, InvocationHttpParameters: invocation } = given;
  if (oauth !== undefined) checkHttpUrl('AuthorizationEndpoint', oauth.AuthorizationEndpoint);
  for (const http of [invocation, oauth?.OAuthHttpParameters])
    for (const { Key } of http?.HeaderParameters ?? []) checkHeaderName(Key);
}

/** Those that belong to the connection, or to us. */
const OURS =
  /^(host|content-length|content-encoding|transfer-encoding|connection|te|trailer|upgrade|expect|keep-alive|proxy-.*|x-amz.*|user-agent|range)$/i;

export function checkHeaderName(name: string): void {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || OURS.test(name))
    throw invalid(
      `Parameter HeaderParameters is not valid. Reason: ${JSON.stringify(name)} can not be sent as a header.`,
    );
}

/** Throws ValidationException. `http:` is ours: addresses within a private network often have no certificate. */
export function checkHttpUrl(member: string, text: string): void {
  // Stars are places in the path for the target's values; who is called is never one.
  const url = /^https?:\/\/[^/?#*]+(?=[/?#]|$)/i.test(text) ? URL.parse(text.replaceAll('*', 'x')) : null;
  if (url === null || url.username !== '' || url.password !== '')
    throw invalid(
      `Parameter ${member} is not valid. Reason: it must be an https:// or http:// URL without user and password.`,
    );
}

/** What may be told of them: no passwords, keys, secrets, nor values that were called secret. */
export function shownOf(given: AuthParameters): Readonly<Record<string, unknown>> {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: key, OAuthParameters: oauth } = given;
  return {
    ...(basic && { BasicAuthParameters: { Username: basic.Username } }),
    ...(key && { ApiKeyAuthParameters: { ApiKeyName: key.ApiKeyName } }),
    ...(oauth && {
      OAuthParameters: {
        ClientParameters: { ClientID: oauth.ClientParameters.ClientID },
        AuthorizationEndpoint: oauth.AuthorizationEndpoint,
        HttpMethod: oauth.HttpMethod,
        ...(oauth.OAuthHttpParameters && { OAuthHttpParameters: withoutSecrets(oauth.OAuthHttpParameters) }),
      },
    }),
    ...(given.InvocationHttpParameters && {
      InvocationHttpParameters: withoutSecrets(given.InvocationHttpParameters),
    }),
  };
}

function withoutSecrets(http: HttpParameters): HttpParameters {
  return Object.fromEntries(
    Object.entries(http).map(([member, list]) => [
      member,
      list?.map((one) => (one.IsValueSecret === true ? { Key: one.Key, IsValueSecret: true } : one)),
    ]),
  );
}
