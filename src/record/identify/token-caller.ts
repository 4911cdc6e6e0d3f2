import { accountOfArn } from '../../aws/arn.ts';
import type { CallerIdentity } from '../../capture/captured-call.ts';
import { object, text, type Json } from './answer.ts';

export type TokenCall = {
  readonly operation: string;
  readonly input: Json;
  /** Undefined when the call failed. */
  readonly output: Json | undefined;
  /** Whether it failed after the token was found good. */
  readonly checked: boolean;
};

const OPERATIONS: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']);

/** Calls that are not signed: a token of an identity provider says who calls. */
export function bringsToken(service: string, operation: string): boolean {
  return service === 'sts' && OPERATIONS.has(operation);
}

/**
 * WebIdentityUser or SAMLUser, or undefined when nobody vouches for the token: only an answer, or a refusal by a role that had its token checked,
 * shows that it was genuine. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html#STS-API-SAML-WIF
 */
export function tokenCaller(call: TokenCall): CallerIdentity | undefined {
  if (call.operation === 'AssumeRoleWithSAML') return samlUser(call.output ?? {});
  return call.output === undefined && !call.checked ? undefined : webIdentityUser(call);
}

/** Subject and qualifier stand in the answer alone, as AWS worked them out of the assertion. */
function samlUser(output: Json): CallerIdentity | undefined {
  const userName = text(output['Subject']);
  const identityProvider = text(output['NameQualifier']);
  if (userName === '') return undefined;
  return { type: 'SAMLUser', principalId: `${identityProvider}:${userName}`, userName, identityProvider };
}

function webIdentityUser({ input, output = {} }: TokenCall): CallerIdentity | undefined {
  const claims = claimsOf(text(input['WebIdentityToken']));
  const userName = text(output['SubjectFromWebIdentityToken']) || text(claims['sub']);
  const identityProvider =
    text(output['Provider']) ||
    text(input['ProviderId']) ||
    providerOf(text(claims['iss']), text(input['RoleArn']));
  if (userName === '' || identityProvider === '') return undefined;
  const audience = text(output['Audience']) || audienceOf(claims);
  return {
    type: 'WebIdentityUser',
    principalId: `${identityProvider}:${audience}:${userName}`,
    userName,
    identityProvider,
  };
}

/** Providers that AWS knows by their names; all others are entities of the account. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
]);

function providerOf(issuer: string, roleArn: string): string {
  const host = issuer.replace(/^https:\/\//, '');
  return host === '' || BUILT_IN.has(host)
    ? host
    : `arn:aws:iam::${accountOfArn(roleArn)}:oidc-provider/${host}`;
}

function audienceOf({ aud, azp }: Json): string {
  return text(azp) || text(Array.isArray(aud) ? aud[0] : aud);
}

/** Longer tokens are refused by STS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
const LONGEST_TOKEN = 20_000;

/** A JWT's claims, whose signature the service has checked. https://www.rfc-editor.org/rfc/rfc7519#section-7.2 */
function claimsOf(token: string): Json {
  const [, payload] = token.length > LONGEST_TOKEN ? [] : token.split('.', 3);
  if (payload === undefined) return {};
  try {
    return object(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  } catch {
    return {};
  }
}
