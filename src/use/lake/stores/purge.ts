import type { Clock } from '../../../base/clock.ts';
import type { LakeTables } from '../../../store/contract.ts';
import { forgetResource } from '../resources/tags.ts';
import type { StoreSettings } from './settings.ts';

/** How long a deleted store can be restored: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteEventDataStore.html */
const RESTORABLE_MS = 7 * 86_400_000;

export type PurgeDeps = {
  readonly settings: StoreSettings;
  readonly tables: Pick<LakeTables, 'drop'>;
  readonly clock: Clock;
};

/** Stores whose seven days are over are gone with their events. Noted before the table goes, so that none is restored without it. */
export async function purgeStores({ settings, tables, clock }: PurgeDeps): Promise<void> {
  await settings
    .updateTable('lake_stores')
    .set({ status: 'PURGED' })
    .where('status', '=', 'PENDING_DELETION')
    .where('deleted_at', '<=', clock.now() - RESTORABLE_MS)
    .execute();
  const gone = await settings
    .selectFrom('lake_stores')
    .select(['id', 'arn'])
    .where('status', '=', 'PURGED')
    .execute();
  for (const { id, arn } of gone) {
    await tables.drop(id);
    await settings.transaction().execute(async (tx) => {
      await forgetResource(tx, arn);
      // What asks for insights to be put there asks for none any more.
      await tx
        .updateTable('lake_stores')
        .set({ insight_selectors: null, insight_destination: null })
        .where('insight_destination', '=', id)
        .execute();
      await tx.deleteFrom('lake_stretches').where('store_id', '=', id).execute();
      await tx.deleteFrom('lake_stores').where('id', '=', id).execute();
    });
  }
}
