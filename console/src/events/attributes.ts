/** The attributes by which LookupEvents finds events; `aws` marks those that AWS's own LookupEvents knows. */
export const ATTRIBUTES = [
  { key: 'EventName', label: 'Event name', plural: 'Event names', aws: true },
  { key: 'Username', label: 'User name', plural: 'User names', aws: true },
  { key: 'ResourceName', label: 'Resource name', plural: 'Resource names', aws: true },
  { key: 'ResourceType', label: 'Resource type', plural: 'Resource types', aws: true },
  { key: 'EventSource', label: 'Event source', plural: 'Event sources', aws: true },
  { key: 'AccessKeyId', label: 'Access key', plural: 'Access keys', aws: true },
  { key: 'SourceIPAddress', label: 'Source IP', plural: 'Source IPs', aws: false },
  { key: 'UserArn', label: 'User ARN', plural: 'User ARNs', aws: false },
  { key: 'ErrorCode', label: 'Error code', plural: 'Error codes', aws: false },
  { key: 'ReadOnly', label: 'Read-only', plural: 'Read-only', aws: true },
  { key: 'AwsRegion', label: 'Region', plural: 'Regions', aws: false },
  { key: 'RecipientAccountId', label: 'Account', plural: 'Accounts', aws: false },
  { key: 'EventCategory', label: 'Category', plural: 'Categories', aws: false },
  { key: 'EventId', label: 'Event ID', plural: 'Event IDs', aws: true },
] as const;

export type AttributeKey = (typeof ATTRIBUTES)[number]['key'];

const BY_KEY: ReadonlyMap<string, (typeof ATTRIBUTES)[number]> = new Map(
  ATTRIBUTES.map((attribute) => [attribute.key, attribute]),
);

export function isAttributeKey(key: string): key is AttributeKey {
  return BY_KEY.has(key);
}

export function labelOf(key: AttributeKey): string {
  return BY_KEY.get(key)?.label ?? key;
}

export function knownToAws(key: AttributeKey): boolean {
  return BY_KEY.get(key)?.aws ?? false;
}
