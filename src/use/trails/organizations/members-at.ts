import type { Settings } from '../../../store/settings/contract.ts';
import type { TrailOrganizationTables } from './settings.ts';

/** Whether an account belonged to an organization (`o-…`) at an entry of the journal. */
export type MemberAt = (organization: string, account: string, seq: number) => boolean;

/** Who belonged to which organization, as it is noted now. To be read after the entries that it is asked about. */
export async function membersAt(settings: Settings<TrailOrganizationTables>): Promise<MemberAt> {
  const rows = await settings.selectFrom('trail_organization_members').selectAll().execute();
  if (rows.length === 0) return () => false;
  const byAccount = Map.groupBy(rows, ({ account }) => account);
  return (organization, account, seq) =>
    byAccount
      .get(account)
      ?.some(
        (row) =>
          row.organization === organization &&
          row.from_seq <= seq &&
          (row.until_seq === null || row.until_seq >= seq),
      ) ?? false;
}
