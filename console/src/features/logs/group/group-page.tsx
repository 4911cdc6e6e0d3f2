import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';

import { ApiError, isNotServed } from '../../../aws/errors.ts';
import { bytesText } from '../../../parts/bytes.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { NotServed } from '../../../parts/not-served.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { retentionText } from '../groups-page.tsx';
import { getGroup, type LogGroup } from '../logs.ts';
import { EventsTab } from './events-tab.tsx';
import { FiltersTab } from './filters-tab.tsx';
import { StreamsTab } from './streams-tab.tsx';

type Props = {
  readonly name: string;
  readonly tab: string | undefined;
  readonly stream: string | undefined;
};

/** One log group: its events, newest first, its streams, and what is counted in it. */
export default function LogGroupPage({ name, tab, stream }: Props) {
  const { api } = useConnection();
  const group = useQuery({
    queryKey: ['log-group', name],
    queryFn: async ({ signal }) => {
      const found = await getGroup(api, name, signal);
      if (found) return found;
      throw new ApiError({
        code: 'ResourceNotFoundException',
        message: `There is no log group ${name} here.`,
        status: 404,
      });
    },
    staleTime: 0,
  });
  const { error } = group;
  const crumbs = [
    { text: 'Log groups', href: '#/log-groups' },
    { text: name, href: formatHash({ page: 'log-group', name }) },
  ];
  return (
    <PageLayout active="log-groups" title={name} contentType="default" crumbs={crumbs}>
      <div className="ot-trail">
        {group.isPending && <Waiting what="the log group" lines={6} />}
        {error && isNotServed(error) && <NotServed title="No log groups here" error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="The log group"
            heading={name}
            action="logs:DescribeLogGroups"
            onRetry={() => void group.refetch()}
          />
        )}
        {group.data && <Loaded group={group.data} tab={tab ?? 'events'} stream={stream} />}
      </div>
    </PageLayout>
  );
}

function Loaded({
  group,
  tab,
  stream,
}: {
  readonly group: LogGroup;
  readonly tab: string;
  readonly stream: string | undefined;
}) {
  const { name } = group;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={
          <>
            <div>
              Kept {retentionText(group.retention)} · {bytesText(group.bytes)}
            </div>
            <span className="ot-mono ot-anywhere">{group.arn}</span>{' '}
            <CopyButton text={group.arn} what="the log group’s ARN" />
          </>
        }
      >
        <span className="ot-anywhere">{name}</span>
      </Header>
      <Tabs
        activeTabId={tab}
        ariaLabel={`About ${name}`}
        onChange={({ detail }) => navigate({ page: 'log-group', name, tab: detail.activeTabId }, 'replace')}
        tabs={[
          {
            id: 'events',
            label: 'Events',
            content: tab === 'events' && <EventsTab key={stream ?? ''} group={name} stream={stream ?? ''} />,
          },
          { id: 'streams', label: 'Streams', content: tab === 'streams' && <StreamsTab group={name} /> },
          {
            id: 'filters',
            label: 'Metric filters',
            content: tab === 'filters' && <FiltersTab group={name} />,
          },
        ]}
      />
    </SpaceBetween>
  );
}
