/**
 * What a record in a log file is made of, as far as tables show it: each member's name in JSON and in tables, and how it is kept.
 * https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
 */
export type Shape =
  /** `few`: of values that come again and again, kept as a dictionary. */
  | { readonly kind: 'text'; readonly few: boolean }
  | { readonly kind: 'struct'; readonly members: readonly Member[] }
  | { readonly kind: 'list'; readonly of: Shape & { readonly kind: 'struct' } };

export type Member = { readonly json: string; readonly name: string; readonly shape: Shape };

const few = (json: string): Member => ({
  json,
  name: json.toLowerCase(),
  shape: { kind: 'text', few: true },
});
const many = (json: string): Member => ({
  json,
  name: json.toLowerCase(),
  shape: { kind: 'text', few: false },
});
const struct = (json: string, members: readonly Member[]): Member => ({
  json,
  name: json.toLowerCase(),
  shape: { kind: 'struct', members },
});

const principal = ['type', 'principalId', 'arn', 'accountId', 'userName'].map(few);

/** Payloads are the JSON that stands there, as text. */
export const MEMBERS: readonly Member[] = [
  few('eventVersion'),
  struct('userIdentity', [
    ...['type', 'principalId', 'arn', 'accountId', 'invokedBy', 'accessKeyId', 'userName'].map(few),
    struct('onBehalfOf', ['userId', 'identityStoreArn'].map(few)),
    few('identityProvider'),
    struct('sessionContext', [
      struct('attributes', ['mfaAuthenticated', 'creationDate'].map(few)),
      struct('sessionIssuer', principal),
      few('ec2RoleDelivery'),
      few('sourceIdentity'),
      struct('webIdFederationData', ['federatedProvider', 'attributes'].map(few)),
    ]),
  ]),
  many('eventTime'),
  ...['eventSource', 'eventName', 'awsRegion', 'sourceIPAddress', 'userAgent', 'errorCode'].map(few),
  ...['errorMessage', 'requestParameters', 'responseElements', 'additionalEventData'].map(many),
  ...['requestID', 'eventID'].map(many),
  {
    json: 'resources',
    name: 'resources',
    shape: {
      kind: 'list',
      of: { kind: 'struct', members: [few('ARN'), few('accountId'), few('type')] },
    },
  },
  ...['eventType', 'apiVersion', 'readOnly', 'managementEvent', 'recipientAccountId'].map(few),
  ...['serviceEventDetails', 'sharedEventID'].map(many),
  ...['vpcEndpointId', 'vpcEndpointAccountId', 'eventCategory'].map(few),
  struct('addendum', ['reason', 'updatedFields', 'originalRequestID', 'originalEventID'].map(few)),
  few('sessionCredentialFromConsole'),
  ...['edgeDeviceDetails', 'insightDetails'].map(many),
  struct('tlsDetails', ['tlsVersion', 'cipherSuite', 'clientProvidedHostHeader'].map(few)),
];

/** How it is kept: names in lower case, as tables have them. */
export function keptType(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return shape.few ? 'LowCardinality(Nullable(String))' : 'Nullable(String)';
    case 'struct':
      return `Tuple(${shape.members.map(({ name, shape: of }) => `\`${name}\` ${keptType(of)}`).join(', ')})`;
    case 'list':
      return `Array(${keptType(shape.of)})`;
  }
}

/** As JSON is read: names as they stand there. */
export function jsonType(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return 'Nullable(String)';
    case 'struct':
      return `Tuple(${shape.members.map(({ json, shape: of }) => `\`${json}\` ${jsonType(of)}`).join(', ')})`;
    case 'list':
      return `Array(${jsonType(shape.of)})`;
  }
}

/** From what was read to what is kept: by position, since a cast goes by names where both sides have them. */
export function keptOf(shape: Shape, read: string): string {
  switch (shape.kind) {
    case 'text':
      return read;
    case 'struct':
      return `tuple(${shape.members.map(({ shape: of }, index) => keptOf(of, `tupleElement(${read}, ${index + 1})`)).join(', ')})`;
    case 'list':
      return `arrayMap(e -> ${keptOf(shape.of, 'e')}, ${read})`;
  }
}
