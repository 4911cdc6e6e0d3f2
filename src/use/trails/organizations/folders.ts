import type { Trail, TrailSettings } from '../trail-store.ts';

/** Where the files of an account are: `AWSLogs/<organization>/<account>`, without the former ('') for a trail of one account. */
export type Folder = { readonly organization: string; readonly account: string };

/**
 * The organization under which a trail delivers what an account did at the journal's entry `seq`: '' for the trail's own account while the
 * trail is that account's only, `o-…` for the accounts of its organization; undefined: not at all.
 */
export type OrganizationAt = (account: string, seq: number) => string | undefined;

export type Folders = {
  readonly at: OrganizationAt;
  /** All folders that an entry from `seq` on may come into, those that are known to be closed before it left out. */
  readonly from: (seq: number) => readonly Folder[];
};

type Stretch = { readonly from_seq: number; readonly until_seq: number | null };

/** The entry that is written next, for whoever asks about now. */
export const NOW = Number.MAX_SAFE_INTEGER;

/**
 * To be read after the journal's head was: accounts that join or leave later do so behind that head at least, so a delivery that is repeated
 * reaches the same.
 */
export async function foldersOf(
  settings: TrailSettings,
  trail: Pick<Trail, 'id' | 'account'>,
): Promise<Folders> {
  const stretches = await settings
    .selectFrom('trail_organizations')
    .selectAll()
    .where('trail_id', '=', trail.id)
    .orderBy('from_seq')
    .execute();
  if (stretches.length === 0) return ownFolder(trail.account);
  const members = await settings
    .selectFrom('trail_organization_members')
    .selectAll()
    .where(
      'organization',
      'in',
      stretches.map(({ organization }) => organization),
    )
    .orderBy('account')
    .execute();
  const byAccount = Map.groupBy(members, ({ account }) => account);
  return {
    at: (account, seq) => {
      const organization = stretches.find((stretch) => holds(stretch, seq))?.organization;
      if (organization === undefined) return account === trail.account ? '' : undefined;
      const isMember =
        account === trail.account ||
        byAccount.get(account)?.some((row) => row.organization === organization && holds(row, seq));
      return isMember ? organization : undefined;
    },
    from: (seq) => {
      const ahead = stretches.filter((stretch) => reaches(stretch, seq));
      const open = stretches.find((stretch) => stretch.until_seq === null);
      const folders = ahead.flatMap(({ organization }) => [
        { organization, account: trail.account },
        ...members.filter((row) => row.organization === organization && reaches(row, seq)),
      ]);
      const own = { organization: '', account: trail.account };
      return unique(open === undefined || open.from_seq > seq ? [own, ...folders] : folders);
    },
  };
}

function ownFolder(own: string): Folders {
  return {
    at: (account) => (account === own ? '' : undefined),
    from: () => [{ organization: '', account: own }],
  };
}

function holds(stretch: Stretch, seq: number): boolean {
  return stretch.from_seq <= seq && reaches(stretch, seq);
}

function reaches({ until_seq }: Stretch, seq: number): boolean {
  return until_seq === null || until_seq >= seq;
}

function unique(folders: readonly Folder[]): Folder[] {
  const byName = new Map(
    folders.map(({ organization, account }) => [`${organization}/${account}`, { organization, account }]),
  );
  return [...byName.values()];
}
