import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { isNotServed } from '../../aws/errors.ts';
import { Command } from '../../parts/command.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { ItemList } from '../../parts/item-list.tsx';
import { NotServed } from '../../parts/not-served.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { AlarmStateText } from './alarm-status.tsx';
import { conditionText, listAlarms, type Alarm, type AlarmState } from './alarms.ts';

const RANK: Readonly<Record<AlarmState, number>> = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 };

const COLUMNS = [
  {
    id: 'name',
    header: 'Alarm',
    minWidth: 190,
    isRowHeader: true,
    cell: (alarm: Alarm) => (
      <>
        <a className="ot-link" href={formatHash({ page: 'alarm', name: alarm.name })}>
          {alarm.name}
        </a>
        {alarm.description !== '' && <div className="ot-secondary">{alarm.description}</div>}
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    minWidth: 150,
    cell: (alarm: Alarm) => <AlarmStateText state={alarm.state} />,
  },
  { id: 'when', header: 'In alarm when', minWidth: 260, cell: (alarm: Alarm) => conditionText(alarm) },
  { id: 'since', header: 'Since', minWidth: 190, cell: (alarm: Alarm) => <TimeText ms={alarm.since} /> },
  { id: 'told', header: 'Who is told', minWidth: 150, cell: (alarm: Alarm) => <Told alarm={alarm} /> },
];

function Told({ alarm }: { readonly alarm: Alarm }) {
  const names = alarm.actions.ALARM.map((arn) => arn.split(':').at(-1) ?? arn);
  if (names.length === 0) return <span className="ot-secondary">nobody</span>;
  return (
    <>
      <span className="ot-mono">{names.join(', ')}</span>
      {!alarm.actionsEnabled && <div className="ot-secondary">switched off</div>}
    </>
  );
}

/** The alarms of the session's account and region: those that need somebody first. */
export default function AlarmsPage() {
  const { api, session } = useConnection();
  const [text, setText] = useState('');
  const alarms = useQuery({
    queryKey: ['alarms'],
    queryFn: ({ signal }) => listAlarms(api, signal),
    staleTime: 0,
  });
  const { error } = alarms;
  const total = alarms.data?.length ?? 0;
  const shown = (alarms.data ?? [])
    .filter(({ name, metric, description }) =>
      `${name} ${metric} ${description}`.toLowerCase().includes(text.toLowerCase()),
    )
    .sort((a, b) => RANK[a.state] - RANK[b.state] || (a.name < b.name ? -1 : 1));
  const header = (
    <Header
      variant="h1"
      counter={alarms.data && (text === '' ? `(${total})` : `(${shown.length}/${total})`)}
      description={`Account ${session.accountId}, ${session.region}.`}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={alarms.isFetching && !alarms.isPending}
            onClick={() => void alarms.refetch()}
          />
          <Button variant="primary" href="#/create-alarm">
            Create alarm
          </Button>
        </SpaceBetween>
      }
    >
      Alarms
    </Header>
  );
  return (
    <PageLayout active="alarms" title="Alarms">
      <div className="ot-history">
        {error && isNotServed(error) && <NotServed title="No alarms here" error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="Alarms"
            heading="Alarms"
            action="cloudwatch:DescribeAlarms"
            onRetry={() => void alarms.refetch()}
          />
        )}
        {!error && (
          <ItemList
            what="Alarms"
            items={shown}
            trackBy="name"
            columns={COLUMNS}
            loading={alarms.isPending}
            header={header}
            empty={text === '' ? <NoAlarms /> : `No alarm matches “${text}”.`}
            filter={
              (total > 5 || text !== '') && (
                <TextFilter
                  filteringText={text}
                  filteringPlaceholder="Find alarms by name or metric"
                  filteringAriaLabel="Find alarms"
                  onChange={({ detail }) => setText(detail.filteringText)}
                />
              )
            }
          />
        )}
      </div>
    </PageLayout>
  );
}

function NoAlarms() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No alarms</Box>
      <p>
        An alarm tells a topic when a metric crosses a threshold. What is to be counted says a metric filter
        of a{' '}
        <a className="ot-link" href="#/log-groups">
          log group
        </a>
        : make that first, then the alarm from there.
      </p>
      <Button variant="primary" href="#/create-alarm">
        Create alarm
      </Button>
      <p>Or with the CLI:</p>
      <Command
        text={
          'aws cloudwatch put-metric-alarm --alarm-name denied \\\n  --namespace CloudTrailMetrics --metric-name Denied --statistic Sum \\\n  --period 300 --evaluation-periods 1 --threshold 1 \\\n  --comparison-operator GreaterThanOrEqualToThreshold'
        }
      />
    </div>
  );
}
