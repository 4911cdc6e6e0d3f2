import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import { isTrusted, setTrusted } from './organizations.ts';
import { useChange } from './use-change.ts';

/** Whether CloudTrail may act in the organization's accounts. */
export function TrustPart({ isManagement }: { readonly isManagement: boolean }) {
  const { api } = useConnection();
  const { busy, failed, change } = useChange();
  const trust = useQuery({
    queryKey: ['organization', 'trust'],
    queryFn: ({ signal }) => isTrusted(api, signal),
    staleTime: 0,
  });
  const on = trust.data === true;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Trails of the whole organization need it."
          actions={
            trust.data !== undefined &&
            isManagement && (
              <Button
                loading={busy !== undefined}
                onClick={() => void change('trust', () => setTrusted(api, !on))}
              >
                {on ? 'Disable' : 'Enable'}
              </Button>
            )
          }
        >
          Trusted access for CloudTrail
        </Header>
      }
    >
      <SpaceBetween size="s">
        {trust.isPending && <Waiting what="trusted access" lines={1} />}
        {trust.isError && (
          <ErrorState
            error={trust.error}
            what="Trusted access"
            action="organizations:ListAWSServiceAccessForOrganization"
          />
        )}
        {trust.data !== undefined &&
          (on ? (
            <StatusIndicator type="success">Enabled</StatusIndicator>
          ) : (
            <StatusIndicator type="stopped">Not enabled</StatusIndicator>
          ))}
        <div role="alert">{failed && <Alert type="error">{failed}</Alert>}</div>
      </SpaceBetween>
    </Container>
  );
}
