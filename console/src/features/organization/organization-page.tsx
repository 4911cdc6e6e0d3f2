import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { ApiError, isNotServed } from '../../aws/errors.ts';
import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { listTrails } from '../trails/trails.ts';
import { AccountsPart } from './accounts-part.tsx';
import { describeOrganization, type Organization } from './organizations.ts';
import { TrustPart } from './trust-part.tsx';

/** The organization that the account is in, as far as trails are concerned. */
export default function OrganizationPage() {
  const { api } = useConnection();
  const organization = useQuery({
    queryKey: ['organization'],
    queryFn: ({ signal }) => describeOrganization(api, signal),
    staleTime: 0,
    retry: false,
  });
  const { error } = organization;
  const none = error instanceof ApiError && error.code === 'AWSOrganizationsNotInUseException';
  return (
    <PageLayout active="organization" title="Organization" contentType="default">
      <div className="ot-trail">
        {organization.isPending && <Waiting what="the organization" lines={6} />}
        {none && <NoOrganization />}
        {error && !none && isNotServed(error) && <NotServed error={error} />}
        {error && !none && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="The organization"
            heading="Organization"
            action="organizations:DescribeOrganization"
            onRetry={() => void organization.refetch()}
          />
        )}
        {organization.data && <Found organization={organization.data} />}
      </div>
    </PageLayout>
  );
}

function Found({ organization }: { readonly organization: Organization }) {
  const { session } = useConnection();
  const isManagement = organization.managementAccount === session.accountId;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={
          isManagement
            ? 'You are signed in to the management account.'
            : `You are signed in to ${session.accountId}; only the management account ${organization.managementAccount} can change what is here.`
        }
      >
        Organization
      </Header>
      <Container>
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: 'ID',
              value: (
                <>
                  <span className="ot-mono">{organization.id}</span>{' '}
                  <CopyButton text={organization.id} what="the organization’s ID" />
                </>
              ),
            },
            { label: 'Management account', value: organization.managementAccount },
            { label: 'Features', value: organization.allFeatures ? 'all' : 'consolidated billing only' },
          ]}
        />
      </Container>
      {!organization.allFeatures && (
        <Alert type="warning">Trails of the whole organization need all of its features.</Alert>
      )}
      <TrustPart isManagement={isManagement} />
      <TrailsPart />
      <AccountsPart organization={organization} isManagement={isManagement} />
    </SpaceBetween>
  );
}

/** Trails that log all accounts. */
function TrailsPart() {
  const { api } = useConnection();
  const trails = useQuery({
    queryKey: ['trails'],
    queryFn: ({ signal }) => listTrails(api, signal),
    staleTime: 0,
  });
  const ours = trails.data?.filter(({ organization }) => organization) ?? [];
  return (
    <Container header={<Header variant="h2">Trails of the organization</Header>}>
      {trails.isPending && <Waiting what="trails" lines={2} />}
      {trails.isError && <ErrorState error={trails.error} what="Trails" action="cloudtrail:DescribeTrails" />}
      {trails.data && ours.length === 0 && (
        <Box color="text-body-secondary">
          None yet.{' '}
          <a className="ot-link" href="#/create-trail">
            Create a trail
          </a>{' '}
          and choose “The whole organization”.
        </Box>
      )}
      <ul className="ot-plain-list">
        {ours.map((trail) => (
          <li key={trail.arn}>
            <a className="ot-link" href={formatHash({ page: 'trail', name: trail.arn })}>
              {trail.name}
            </a>{' '}
            <span className="ot-secondary">
              delivers to {trail.bucket}, home {trail.homeRegion}
            </span>
          </li>
        ))}
      </ul>
    </Container>
  );
}

function NoOrganization() {
  return (
    <div className="ot-first-steps">
      <Box variant="h1">No organization</Box>
      <p>
        This account stands alone. An organization gives one trail for many accounts; the account that makes
        it manages it:
      </p>
      <Command text="aws organizations create-organization --feature-set ALL" />
      <p>Then let CloudTrail work in it, and add accounts:</p>
      <Command
        text={
          'aws organizations enable-aws-service-access \\\n  --service-principal cloudtrail.amazonaws.com'
        }
      />
      <Command
        text={'aws organizations create-account --account-name audit \\\n  --email audit@example.com'}
      />
    </div>
  );
}

function NotServed({ error }: { readonly error: ApiError }) {
  return (
    <div className="ot-first-steps">
      <Box variant="h1">No organizations here</Box>
      <Alert type="info" action={<Button href="#/trails">Trails</Button>}>
        {error.message} Trails of a single account work without it.
      </Alert>
    </div>
  );
}
