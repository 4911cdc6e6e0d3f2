/** `arn:aws:kms:REGION:ACCOUNT:key/ID` and `…:alias/NAME`. */
export type KeyPlace = { readonly account: string; readonly region: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function keyArn({ account, region, id }: KeyPlace & { readonly id: string }): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`;
}

export function aliasArn({ account, region, name }: KeyPlace & { readonly name: string }): string {
  return `arn:aws:kms:${region}:${account}:${name}`;
}

export type NamedKey = KeyPlace &
  ({ readonly kind: 'key'; readonly id: string } | { readonly kind: 'alias'; readonly name: string });

/** What a KeyId names, in each of its four forms; undefined when it is none of them. */
export function parseKeyId(keyId: string, caller: KeyPlace): NamedKey | undefined {
  const arn = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):(\d{12}):(.+)$/.exec(keyId);
  const place = arn === null ? caller : { region: arn[1] ?? '', account: arn[2] ?? '' };
  const rest = arn === null ? keyId : (arn[3] ?? '');
  if (/^alias\/[a-zA-Z0-9/_-]+$/.test(rest)) return { ...pick(place), kind: 'alias', name: rest };
  const id = arn === null ? rest : rest.startsWith('key/') ? rest.slice(4) : '';
  return UUID.test(id) ? { ...pick(place), kind: 'key', id: id.toLowerCase() } : undefined;
}

function pick({ account, region }: KeyPlace): KeyPlace {
  return { account, region };
}
