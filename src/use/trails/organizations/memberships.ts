import type { Trail, TrailSettings } from '../trail-store.ts';

/** Seq of the journal's newest entry; asked within the transaction, so that no delivery that did not see the change goes beyond it. */
export type Newest = () => number;

/** From the journal's next entry on the organization has these accounts and no others. Resolves whether that is news. */
export async function noteMembers(
  settings: TrailSettings,
  { organization, accounts }: { readonly organization: string; readonly accounts: readonly string[] },
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
        .values({ organization, account, from_seq: until + 1, until_seq: null })
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
    return joined.length > 0 || left.length > 0;
  });
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
