import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';

import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { ACCOUNT_ACCESS_ROLE, assumeRole } from '../../session/assume-role.ts';
import { useConnection } from '../../session/context.tsx';
import {
  delegatedAdministrators,
  deregisterAdministrator,
  listAccounts,
  registerAdministrator,
  type Account,
  type Organization,
} from './organizations.ts';
import { useChange } from './use-change.ts';

type Props = { readonly organization: Organization; readonly isManagement: boolean };

/** The accounts, and which of them may administer the organization's trails beside the management account. */
export function AccountsPart({ organization, isManagement }: Props) {
  const { api, session, switchTo } = useConnection();
  const { busy, failed, change } = useChange();
  const accounts = useQuery({
    queryKey: ['organization', 'accounts'],
    queryFn: ({ signal }) => listAccounts(api, signal),
    staleTime: 0,
  });
  const delegated = useQuery({
    queryKey: ['organization', 'delegated'],
    queryFn: ({ signal }) => delegatedAdministrators(api, signal),
    staleTime: 0,
  });
  const enter = (accountId: string) =>
    void change(`enter ${accountId}`, async () =>
      switchTo(await assumeRole(api, session, { accountId, role: ACCOUNT_ACCESS_ROLE })),
    );
  const toggle = (id: string, is: boolean) =>
    void change(id, () => (is ? deregisterAdministrator(api, id) : registerAdministrator(api, id)));
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={accounts.data ? `(${accounts.data.length})` : undefined}
          description="A delegated administrator makes and changes the organization’s trails from its own account."
        >
          Accounts
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div role="alert">{failed && <Alert type="error">{failed}</Alert>}</div>
        {accounts.isPending && <Waiting what="accounts" />}
        {accounts.isError && (
          <ErrorState error={accounts.error} what="Accounts" action="organizations:ListAccounts" />
        )}
        {delegated.isError && (
          <ErrorState
            error={delegated.error}
            what="Delegated administrators"
            action="organizations:ListDelegatedAdministrators"
          />
        )}
        <ul className="ot-plain-list ot-accounts" aria-label="Accounts">
          {accounts.data?.map((account) => {
            const is = delegated.data?.includes(account.id) ?? false;
            const isTheirs = account.id === organization.managementAccount;
            return (
              <li key={account.id}>
                <AccountText
                  account={account}
                  role={isTheirs ? 'management account' : is ? 'delegated administrator' : ''}
                />
                {isManagement && !isTheirs && (
                  <SpaceBetween size="xs" direction="horizontal">
                    {delegated.data && (
                      <Button
                        loading={busy === account.id}
                        ariaLabel={
                          is
                            ? `Deregister ${account.name} as delegated administrator`
                            : `Make delegated administrator: ${account.name}`
                        }
                        onClick={() => toggle(account.id, is)}
                      >
                        {is ? 'Deregister' : 'Make delegated administrator'}
                      </Button>
                    )}
                    <Button
                      loading={busy === `enter ${account.id}`}
                      ariaLabel={`Enter ${account.name} by the role ${ACCOUNT_ACCESS_ROLE}`}
                      onClick={() => enter(account.id)}
                    >
                      Enter
                    </Button>
                  </SpaceBetween>
                )}
              </li>
            );
          })}
        </ul>
      </SpaceBetween>
    </Container>
  );
}

const STATES: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  ACTIVE: 'success',
  SUSPENDED: 'stopped',
  CLOSED: 'stopped',
};

function AccountText({ account, role }: { readonly account: Account; readonly role: string }) {
  return (
    <div>
      <div>
        <strong>{account.name}</strong> <span className="ot-mono">{account.id}</span>{' '}
        <CopyButton text={account.id} what={`the ID of ${account.name}`} />{' '}
        <StatusIndicator type={STATES[account.state] ?? 'pending'}>
          {account.state.toLowerCase().replaceAll('_', ' ')}
        </StatusIndicator>
      </div>
      <div className="ot-secondary">
        {[account.email, role].filter(Boolean).join(' · ')}
        {account.joinedAt !== undefined && (
          <>
            {' '}
            · {account.joined === 'CREATED' ? 'made' : 'joined'} <TimeText ms={account.joinedAt} />
          </>
        )}
      </div>
    </div>
  );
}
