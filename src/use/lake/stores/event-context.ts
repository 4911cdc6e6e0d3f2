import type { ContextKeys } from './stretches.ts';

type Json = Readonly<Record<string, unknown>>;

/** The record with what is to be added to it; the same one where there is nothing. */
export type Enrich = (raw: Uint8Array, context: readonly ContextKeys[]) => Uint8Array;

/** Tags of principals, by ARN, as they are when the event comes to its store; undefined of those that are not known here. */
export type PrincipalTags = (arn: string) => Readonly<Record<string, string>> | undefined;

/**
 * Adds `eventContext` behind the record's last member: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-context-events.html.
 * Request context is what the record itself tells of the call; a key that it does not tell is left out. Tags are those of the caller; tags of
 * resources are not known here.
 */
export function createEnrich(tagsOf: PrincipalTags): Enrich {
  return (raw, context) => {
    if (context.length === 0) return raw;
    const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
    const record = parsed(text);
    const end = text.lastIndexOf('}');
    if (record === undefined || end < 0 || record['eventContext'] !== undefined) return raw;
    const added = contextOf(record, context, tagsOf);
    if (Object.keys(added).length === 0) return raw;
    return Buffer.from(`${text.slice(0, end)},"eventContext":${JSON.stringify(added)}${text.slice(end)}`);
  };
}

function contextOf(record: Json, context: readonly ContextKeys[], tagsOf: PrincipalTags): Json {
  const wanted = (type: ContextKeys['Type']) =>
    context.filter(({ Type }) => Type === type).flatMap(({ Equals }) => Equals);
  const identity = objectOf(record['userIdentity']);
  const requestContext = pick(wanted('RequestContext'), (key) => REQUEST_KEYS[key]?.(record, identity));
  const tags = tagsOf(issuerOf(identity)) ?? {};
  const principalTags = pick(wanted('TagContext'), (key) => tags[key]);
  return {
    ...(Object.keys(requestContext).length === 0 ? {} : { requestContext }),
    ...(Object.keys(principalTags).length === 0 ? {} : { tagContext: { principalTags } }),
  };
}

function pick(keys: readonly string[], valueOf: (key: string) => string | undefined): Json {
  const found: Record<string, string> = {};
  for (const key of keys) {
    const value = valueOf(key);
    if (value !== undefined) found[key] = value;
  }
  return found;
}

type KeyOf = (record: Json, identity: Json) => string | undefined;

const PRINCIPAL_TYPES: Readonly<Record<string, string>> = {
  Root: 'Account',
  IAMUser: 'User',
  AssumedRole: 'AssumedRole',
  FederatedUser: 'FederatedUser',
};

/** Condition keys that a record tells: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const REQUEST_KEYS: Readonly<Record<string, KeyOf>> = {
  'aws:PrincipalArn': (_, identity) => text(issuerOf(identity)),
  'aws:PrincipalAccount': (_, identity) => text(identity['accountId']),
  'aws:PrincipalType': (_, identity) => PRINCIPAL_TYPES[String(identity['type'])],
  'aws:PrincipalIsAWSService': (_, identity) => String(identity['type'] === 'AWSService'),
  'aws:userid': (_, identity) => text(identity['principalId']),
  'aws:username': (_, identity) => text(identity['userName']),
  'aws:SourceIp': (record) => address(record['sourceIPAddress']),
  'aws:UserAgent': (record) => text(record['userAgent']),
  'aws:RequestedRegion': (record) => text(record['awsRegion']),
  'aws:SourceVpce': (record) => text(record['vpcEndpointId']),
  'aws:SecureTransport': (record) => (record['tlsDetails'] === undefined ? undefined : 'true'),
  'aws:ViaAWSService': (_, identity) => String(identity['invokedBy'] !== undefined),
  'aws:MultiFactorAuthPresent': (_, identity) => text(attributesOf(identity)['mfaAuthenticated']),
  'aws:TokenIssueTime': (_, identity) => text(attributesOf(identity)['creationDate']),
  'aws:SourceIdentity': (_, identity) => text(objectOf(identity['sessionContext'])['sourceIdentity']),
  'aws:FederatedProvider': (_, identity) =>
    text(objectOf(objectOf(identity['sessionContext'])['webIdFederationData'])['federatedProvider']),
};

/** Names of request context keys that can be added. */
export const KNOWN_REQUEST_KEYS: readonly string[] = Object.keys(REQUEST_KEYS);

/** A role's session is known by its role. */
function issuerOf(identity: Json): string {
  const issuer = objectOf(objectOf(identity['sessionContext'])['sessionIssuer']);
  return text(issuer['arn']) ?? text(identity['arn']) ?? '';
}

function attributesOf(identity: Json): Json {
  return objectOf(objectOf(identity['sessionContext'])['attributes']);
}

function address(value: unknown): string | undefined {
  const told = text(value);
  return told !== undefined && /^[0-9a-f.:]+$/i.test(told) ? told : undefined;
}

function parsed(textOfRecord: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(textOfRecord);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
