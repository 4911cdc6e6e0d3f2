import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';

import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { TrailActions, useTrailActions } from '../actions/actions-context.tsx';
import { stateOf } from '../destinations.ts';
import { getTrail, readOnlyReason, trailStatus, type Trail, type TrailStatus } from '../trails.ts';
import { useDeliveries } from '../use-deliveries.ts';
import { OverviewTab } from './overview-tab.tsx';

const DeliveredTab = lazy(() => import('../delivered/delivered-tab.tsx'));
const DigestsTab = lazy(() => import('../digests/digests-tab.tsx'));

type Props = { readonly name: string; readonly tab: string | undefined };

/** One trail: whether it delivers, what it logs, what it delivered, and whether that is whole. */
export default function TrailPage({ name, tab }: Props) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const trail = useQuery({
    queryKey: ['trail', name],
    queryFn: ({ signal }) => getTrail(api, name, signal),
    staleTime: 0,
  });
  const arn = trail.data?.arn;
  const status = useQuery({
    queryKey: ['trail-status', arn],
    enabled: arn !== undefined,
    queryFn: ({ signal }) => trailStatus(api, arn ?? '', signal),
    staleTime: 0,
  });
  const refresh = () => {
    for (const key of ['trail', 'trail-status', 'trail-selectors'])
      void queries.invalidateQueries({ queryKey: [key] });
  };
  useDeliveries(() => void queries.invalidateQueries({ queryKey: ['trail-status', arn] }));
  const title = trail.data?.name ?? name.split('/').at(-1) ?? name;
  const crumbs = [
    { text: 'Trails', href: '#/trails' },
    { text: title, href: formatHash({ page: 'trail', name }) },
  ];
  return (
    <PageLayout active="trails" title={title} contentType="default" crumbs={crumbs}>
      <TrailActions onDeleted={() => navigate({ page: 'trails' })}>
        <div className="ot-trail">
          {trail.isPending && <Waiting what="the trail" lines={6} />}
          {trail.isError && (
            <ErrorState
              error={trail.error}
              what={`The trail ${title}`}
              heading={title}
              action="cloudtrail:GetTrail"
              onRetry={refresh}
            />
          )}
          {trail.data && (
            <Loaded trail={trail.data} status={status} name={name} tab={tab} onRefresh={refresh} />
          )}
        </div>
      </TrailActions>
    </PageLayout>
  );
}

type LoadedProps = Props & {
  readonly trail: Trail;
  readonly status: { readonly data: TrailStatus | undefined; readonly error: unknown };
  readonly onRefresh: () => void;
};

function Loaded({ trail, status, name, tab, onRefresh }: LoadedProps) {
  const { session } = useConnection();
  const readOnly = readOnlyReason(trail, session);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        info={status.data && <State trail={trail} status={status.data} />}
        description={
          <>
            <span className="ot-mono">{trail.arn}</span>{' '}
            <CopyButton text={trail.arn} what="the trail’s ARN" />
          </>
        }
        actions={<Buttons trail={trail} status={status.data} readOnly={readOnly} onRefresh={onRefresh} />}
      >
        {trail.name}
      </Header>
      {readOnly && <Alert type="info">{readOnly}</Alert>}
      <Tabs
        activeTabId={tab ?? 'overview'}
        ariaLabel={`About ${trail.name}`}
        onChange={({ detail }) => navigate({ page: 'trail', name, tab: detail.activeTabId }, 'replace')}
        tabs={[
          {
            id: 'overview',
            label: 'Overview',
            content: <OverviewTab trail={trail} status={status} readOnly={readOnly} />,
          },
          {
            id: 'delivered',
            label: 'Delivered files',
            content:
              (tab === 'delivered' && (
                <Suspended>
                  <DeliveredTab trail={trail} />
                </Suspended>
              )) ||
              null,
          },
          {
            id: 'digests',
            label: 'Digests',
            content:
              (tab === 'digests' && (
                <Suspended>
                  <DigestsTab trail={trail} />
                </Suspended>
              )) ||
              null,
          },
        ]}
      />
    </SpaceBetween>
  );
}

function Suspended({ children }: { readonly children: React.ReactNode }) {
  return <Suspense fallback={<Waiting what="this part" />}>{children}</Suspense>;
}

function State({ trail, status }: { readonly trail: Trail; readonly status: TrailStatus }) {
  const { type, text } = stateOf(trail, status);
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

type ButtonsProps = {
  readonly trail: Trail;
  readonly status: TrailStatus | undefined;
  readonly readOnly: string | undefined;
  readonly onRefresh: () => void;
};

function Buttons({ trail, status, readOnly, onRefresh }: ButtonsProps) {
  const ask = useTrailActions();
  const disabled = readOnly !== undefined;
  return (
    <SpaceBetween size="xs" direction="horizontal">
      <Button iconName="refresh" ariaLabel="Refresh" onClick={onRefresh} />
      {status &&
        (status.logging ? (
          <Button disabled={disabled} onClick={() => ask('stop', trail)}>
            Stop logging
          </Button>
        ) : (
          <Button disabled={disabled} onClick={() => ask('start', trail)}>
            Start logging
          </Button>
        ))}
      <Button disabled={disabled} onClick={() => ask('delete', trail)}>
        Delete
      </Button>
      <Button
        variant="primary"
        disabled={disabled}
        onClick={() => navigate({ page: 'edit-trail', name: trail.name })}
      >
        Edit
      </Button>
    </SpaceBetween>
  );
}
