/** Names that another cloud has for its users (`tenant$uid` in Ceph, canonical ids, access keys) and the ARNs to record them under. */
export type ForeignNames = {
  /** The ARN of the first of these names that is configured. */
  readonly arnOf: (...names: readonly (string | undefined)[]) => string | undefined;
  readonly size: number;
};

/** In an ARN a star's rest becomes part of a user's name. */
const NAME = /^[\w+=,.@-]{1,64}$/;

/**
 * From `{ 'acme$ann': 'arn:aws:iam::111122223333:user/ann' }`. A name may end in a star, whose rest takes the star's place in the ARN; whole names
 * go before stars, long ones before short.
 */
export function createForeignNames(names: Readonly<Record<string, string>>): ForeignNames {
  const whole = new Map(Object.entries(names).filter(([name]) => !name.endsWith('*')));
  const stars = Object.entries(names)
    .filter(([name]) => name.endsWith('*'))
    .map(([name, arn]) => [name.slice(0, -1), arn] as const)
    .sort(([a], [b]) => b.length - a.length);
  const one = (name: string): string | undefined => {
    const found = whole.get(name);
    if (found !== undefined) return found;
    const [prefix = '', arn] = stars.find(([start]) => name.startsWith(start)) ?? [];
    const rest = name.slice(prefix.length);
    return arn === undefined || (arn.includes('*') && !NAME.test(rest)) ? undefined : arn.replace('*', rest);
  };
  return {
    size: whole.size + stars.length,
    arnOf: (...candidates) => {
      for (const name of candidates) {
        const arn = name === undefined || name === '' ? undefined : one(name);
        if (arn !== undefined) return arn;
      }
      return undefined;
    },
  };
}

/** Every name that a learned user may be configured by: in ARNs of Ceph the tenant stands where the account does. */
export function namesOf({
  arn = '',
  principalId,
  userName,
}: {
  readonly arn?: string | undefined;
  readonly principalId?: string | undefined;
  readonly userName?: string | undefined;
}): readonly (string | undefined)[] {
  const tenant = arn.split(':', 5)[4] ?? '';
  const inTenant =
    tenant === '' || /^\d{12}$/.test(tenant) ? undefined : `${tenant}$${arn.slice(arn.lastIndexOf('/') + 1)}`;
  return [inTenant, principalId, userName];
}
