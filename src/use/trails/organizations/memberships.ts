import type { Organization } from '../../../aws/ports.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';

/** Seq of the journal's newest entry; asked within the transaction, so that no delivery that did not see the change goes beyond it. */
export type Newest = () => number;

/** From the journal's next entry on the organization has these accounts and no others. Resolves whether that is news. */
export async function noteMembers(
  settings: TrailSettings,
  { id: organization, accounts, ...rights }: Noted,
  newest: Newest,
): Promise<boolean> {
  return settings.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('trail_organization_members')
      .select('account')
      .where('organization', '=', organization)
      .where('until_seq', 'is', null)
      .execute();
    const known = new Set(rows.map((row) => row.account));
    const joined = accounts.filter((account) => !known.has(account));
    const left = [...known].filter((account) => !accounts.includes(account));
    const until = newest();
    for (const account of joined) {
      await tx
        .insertInto('trail_organization_members')
        .values({ organization, account, from_seq: until + 1, until_seq: null, administers: 0 })
        // Gone and back without a call in between.
        .onConflict((on) =>
          on.columns(['organization', 'account', 'from_seq']).doUpdateSet({ until_seq: null }),
        )
        .execute();
    }
    if (left.length > 0) {
      await tx
        .updateTable('trail_organization_members')
        .set({ until_seq: until })
        .where('organization', '=', organization)
        .where('account', 'in', left)
        .where('until_seq', 'is', null)
        .execute();
    }
    await noteAdministrators(tx, organization, [rights.managementAccount, ...rights.administrators]);
    return joined.length > 0 || left.length > 0;
  });
}

type Noted = Pick<Organization, 'id' | 'managementAccount' | 'accounts' | 'administrators'>;

async function noteAdministrators(
  tx: TrailSettings,
  organization: string,
  administrators: readonly string[],
): Promise<void> {
  for (const administers of [0, 1]) {
    await tx
      .updateTable('trail_organization_members')
      .set({ administers })
      .where('organization', '=', organization)
      .where('account', administers === 1 ? 'in' : 'not in', administrators)
      .where('until_seq', 'is', null)
      .execute();
  }
}

/** The organizations that had accounts when they were last noted. */
export async function notedOrganizations(settings: TrailSettings): Promise<string[]> {
  const rows = await settings
    .selectFrom('trail_organization_members')
    .select('organization')
    .distinct()
    .where('until_seq', 'is', null)
    .execute();
  return rows.map((row) => row.organization);
}

export type Membership = { readonly organization: string; readonly administers: boolean };

/** What the account is to its organization; undefined where it has none. */
export async function membershipOf(
  settings: TrailSettings,
  account: string,
): Promise<Membership | undefined> {
  const row = await settings
    .selectFrom('trail_organization_members')
    .select(['organization', 'administers'])
    .where('account', '=', account)
    .where('until_seq', 'is', null)
    .executeTakeFirst();
  return row && { organization: row.organization, administers: row.administers === 1 };
}

/** From the entry `from` on the trail is that organization's. */
export async function giveToOrganization(
  tx: TrailSettings,
  trailId: string,
  { organization, from }: { readonly organization: string; readonly from: number },
): Promise<void> {
  await tx
    .insertInto('trail_organizations')
    .values({ trail_id: trailId, organization, from_seq: from, until_seq: null })
    .onConflict((on) => on.columns(['organization', 'trail_id', 'from_seq']).doUpdateSet({ until_seq: null }))
    .execute();
  await tx.updateTable('trails').set({ organization }).where('id', '=', trailId).execute();
}

/** From the journal's next entry on the trail is its own account's only. */
export async function takeFromOrganization(
  tx: TrailSettings,
  trail: Pick<Trail, 'id'>,
  newest: Newest,
): Promise<void> {
  await tx
    .updateTable('trail_organizations')
    .set({ until_seq: newest() })
    .where('trail_id', '=', trail.id)
    .where('until_seq', 'is', null)
    .execute();
  await tx.updateTable('trails').set({ organization: null }).where('id', '=', trail.id).execute();
}
