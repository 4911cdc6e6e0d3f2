import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';

import { ApiError, isNotServed } from '../../../aws/errors.ts';
import { bytesText } from '../../../parts/bytes.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { NotServed } from '../../../parts/not-served.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { getGroup, retentionText, type LogGroup } from '../logs.ts';
import { EventsTab } from './events-tab.tsx';
import { FiltersTab } from './filters-tab.tsx';
import { GroupActions } from './group-actions.tsx';
import { InsightsTab } from './insights-tab.tsx';
import { StreamsTab } from './streams-tab.tsx';

type Props = {
  readonly name: string;
  readonly tab: string | undefined;
  readonly stream: string | undefined;
};

/** One log group: its events, newest first, its streams, and what is counted in it. */
export default function LogGroupPage({ name, tab, stream }: Props) {
  const { api } = useConnection();
  const { act, busy, said } = useAct(['log-group', 'log-groups']);
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
      {said}
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
        {group.data && (
          <Loaded group={group.data} tab={tab ?? 'events'} stream={stream} act={act} busy={busy} />
        )}
      </div>
    </PageLayout>
  );
}

function Loaded({
  group,
  tab,
  stream,
  act,
  busy,
}: Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & {
  readonly group: LogGroup;
  readonly tab: string;
  readonly stream: string | undefined;
}) {
  const { name } = group;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={<GroupActions group={group} act={act} busy={busy} />}
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
            content: tab === 'events' && (
              <EventsTab key={stream ?? ''} group={name} groupArn={group.arn} stream={stream ?? ''} />
            ),
          },
          {
            id: 'insights',
            label: 'Logs Insights',
            content: tab === 'insights' && <InsightsTab group={name} />,
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
