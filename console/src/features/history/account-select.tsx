import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';

import { useConnection } from '../../session/context.tsx';
import { lookupValues } from '../../events/lookup.ts';

type Props = {
  readonly account: string | undefined;
  readonly onAccount: (account: string | undefined) => void;
};

const ALL = { value: '', label: 'All accounts', description: 'and all regions' };

/** All accounts or one of those that have been recorded; the credentials' own account when no more is permitted. */
export function AccountSelect({ account, onAccount }: Props) {
  const { api, everywhere, session } = useConnection();
  const accounts = useQuery({
    queryKey: ['accounts', everywhere],
    enabled: everywhere,
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      lookupValues(
        api,
        { key: 'RecipientAccountId', prefix: '', limit: 200, span: undefined, everywhere },
        signal,
      ),
  });
  if (!everywhere) {
    const own = { value: session.accountId, label: session.accountId, description: session.region };
    return (
      <span
        title={`Only ${session.region} of this account: all accounts and regions need the permission opentrail:AllAccounts`}
      >
        <Select selectedOption={own} options={[own]} disabled ariaLabel="Account" />
      </span>
    );
  }
  const known = (accounts.data ?? []).map(({ value, count }) => ({
    value,
    label: value,
    description: `${count.toLocaleString('en')} events`,
  }));
  const selected = account === undefined ? ALL : { value: account, label: account };
  return (
    <Select
      ariaLabel="Account"
      selectedOption={selected}
      options={[ALL, ...known]}
      onChange={({ detail }) => onAccount(detail.selectedOption.value || undefined)}
      filteringType={known.length > 8 ? 'auto' : 'none'}
      statusType={accounts.isPending ? 'loading' : accounts.isError ? 'error' : 'finished'}
      loadingText="Loading accounts"
      errorText="Accounts could not be loaded"
      recoveryText="Try again"
      onLoadItems={() => accounts.isError && void accounts.refetch()}
      expandToViewport
    />
  );
}
