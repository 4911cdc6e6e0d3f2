import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { bytesText } from '../../parts/bytes.ts';
import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useAct } from '../../parts/use-act.tsx';
import { useList } from '../../parts/use-list.ts';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { GroupDialog } from './group-dialog.tsx';
import { createGroup, listGroups, retentionText, type LogGroup } from './logs.ts';

const COLUMNS = [
  {
    id: 'name',
    header: 'Log group',
    minWidth: 260,
    isRowHeader: true,
    cell: (group: LogGroup) => (
      <span className="ot-anywhere">
        <a className="ot-link" href={formatHash({ page: 'log-group', name: group.name })}>
          {group.name}
        </a>{' '}
        <CopyButton text={group.arn} what="the log group’s ARN" />
      </span>
    ),
  },
  {
    id: 'retention',
    header: 'Kept',
    minWidth: 110,
    cell: (group: LogGroup) => retentionText(group.retention),
  },
  { id: 'bytes', header: 'Stored', minWidth: 110, cell: (group: LogGroup) => bytesText(group.bytes) },
  {
    id: 'filters',
    header: 'Metric filters',
    minWidth: 110,
    cell: (group: LogGroup) => group.filters.toLocaleString('en'),
  },
  {
    id: 'created',
    header: 'Made',
    minWidth: 190,
    cell: (group: LogGroup) => <TimeText ms={group.created} />,
  },
];

/** The log groups of the session's account and region. */
export default function LogGroupsPage() {
  const { api } = useConnection();
  const { act, busy, said } = useAct(['log-groups', 'available']);
  const [making, setMaking] = useState(false);
  const groups = useQuery({
    queryKey: ['log-groups'],
    queryFn: ({ signal }) => listGroups(api, signal),
    staleTime: 0,
  });
  const list = useList(groups.data ?? [], ({ name }) => name);
  const create = (name: string, days: number | undefined) => {
    setMaking(false);
    void act('create', () => createGroup(api, name, days), `The log group ${name} was made.`);
  };
  return (
    <ListPage
      active="log-groups"
      title="Log groups"
      action="logs:DescribeLogGroups"
      query={groups}
      onRefresh={() => void groups.refetch()}
      list={list}
      rows={list.seen}
      trackBy="name"
      columns={COLUMNS}
      findBy="by name"
      empty={<NoGroups />}
      actions={
        <Button variant="primary" loading={busy !== undefined} onClick={() => setMaking(true)}>
          Create log group
        </Button>
      }
      said={
        <>
          {said}
          {making && <GroupDialog before={undefined} onCancel={() => setMaking(false)} onDone={create} />}
        </>
      }
    />
  );
}

function NoGroups() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No log groups</Box>
      <p>
        A trail writes its events into one when it is told to, for metric filters and alarms; whatever speaks
        CloudWatch Logs may write into others.
      </p>
      <Button variant="primary" href="#/trails">
        Trails
      </Button>
      <p>Or with the CLI:</p>
      <Command text="aws logs create-log-group --log-group-name cloudtrail/main" />
    </div>
  );
}
