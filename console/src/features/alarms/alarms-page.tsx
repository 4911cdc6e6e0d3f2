import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';

import { Command } from '../../parts/command.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useList } from '../../parts/use-list.ts';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { ListPage } from '../../shell/list-page.tsx';
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
  const { api } = useConnection();
  const alarms = useQuery({
    queryKey: ['alarms'],
    queryFn: ({ signal }) => listAlarms(api, signal),
    staleTime: 0,
  });
  const gravestFirst = [...(alarms.data ?? [])].sort(
    (a, b) => RANK[a.state] - RANK[b.state] || (a.name < b.name ? -1 : 1),
  );
  const list = useList(
    gravestFirst,
    ({ name, metric, description, state }) => `${name} ${metric} ${description} ${state}`,
  );
  return (
    <ListPage
      active="alarms"
      title="Alarms"
      action="cloudwatch:DescribeAlarms"
      query={alarms}
      onRefresh={() => void alarms.refetch()}
      list={list}
      rows={list.seen}
      trackBy="name"
      columns={COLUMNS}
      findBy="by name or metric"
      actions={
        <Button variant="primary" href="#/create-alarm">
          Create alarm
        </Button>
      }
      empty={<NoAlarms />}
    />
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
