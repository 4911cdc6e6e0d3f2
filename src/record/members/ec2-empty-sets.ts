type Json = Record<string, unknown>;

/** Sets that real records of an operation have, empty, though the call named none; Describe operations have all their lists. */
const MORE: ReadonlyMap<string, readonly string[]> = new Map([
  ['DescribeAccountAttributes', ['filterSet']],
  ['CreateNetworkAclEntry', ['icmpTypeCode']],
  ['CreateNetworkInterface', ['groupSet']],
  ['RunInstances', ['blockDeviceMapping']],
  ...['AuthorizeSecurityGroupEgress', 'AuthorizeSecurityGroupIngress'].map(permissions),
  ...['RevokeSecurityGroupEgress', 'RevokeSecurityGroupIngress'].map(permissions),
]);

/** Lists of a Describe operation that its real records do not have: newer than its SOAP form. */
const LESS: ReadonlyMap<string, readonly string[]> = new Map([
  ['DescribeBundleTasks', ['filterSet']],
  ['DescribeRegions', ['filterSet']],
]);

/** What every permission of a security group has. */
const OF_A_PERMISSION = ['groups', 'ipRanges', 'ipv6Ranges', 'prefixListIds'];

function permissions(operation: string): [string, readonly string[]] {
  return [operation, ['ipPermissions']];
}

/** Names of the sets that an operation's parameters always have; `lists` are those of its model. */
export function ec2EmptySets(operation: string, lists: readonly string[]): readonly string[] {
  const less = LESS.get(operation) ?? [];
  const own = operation.startsWith('Describe') ? lists.filter((name) => !less.includes(name)) : [];
  return [...own, ...(MORE.get(operation) ?? [])];
}

/** Adds the empty sets to what a call gave. */
export function addEmptySets(written: Json, names: readonly string[]): void {
  for (const name of names) written[name] ??= {};
  if (!names.includes('ipPermissions')) return;
  const { items } = written['ipPermissions'] as { readonly items?: unknown };
  if (!Array.isArray(items)) return;
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue;
    for (const name of OF_A_PERMISSION) (item as Json)[name] ??= {};
  }
}
