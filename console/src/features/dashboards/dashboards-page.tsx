import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';

import { CopyButton } from '../../parts/copy-button.tsx';
import type { Column } from '../../parts/item-list.tsx';
import { useList } from '../../parts/use-list.ts';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { listDashboards, readableName, type DashboardName } from './dashboards.ts';

const COLUMNS: readonly Column<DashboardName>[] = [
  {
    id: 'name',
    header: 'Dashboard',
    minWidth: 240,
    isRowHeader: true,
    cell: (one) => (
      <a className="ot-link" href={formatHash({ page: 'dashboard', id: one.name })}>
        {readableName(one)}
      </a>
    ),
  },
  {
    id: 'kind',
    header: 'Kind',
    minWidth: 120,
    cell: ({ isManaged }) => (
      <Badge color={isManaged ? 'grey' : 'blue'}>{isManaged ? 'Managed' : 'Custom'}</Badge>
    ),
  },
  {
    id: 'arn',
    header: 'ARN',
    minWidth: 280,
    cell: ({ arn, name }) => (
      <>
        <span className="ot-mono ot-anywhere">{arn}</span>{' '}
        <CopyButton text={arn} what={`the ARN of ${name}`} />
      </>
    ),
  },
];

/** Managed dashboards, and those of one's own. */
export default function DashboardsPage() {
  const { api } = useConnection();
  const dashboards = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => listDashboards(api, signal),
    staleTime: 0,
  });
  const list = useList(dashboards.data ?? [], (one) => `${one.name} ${readableName(one)}`);
  return (
    <ListPage
      active="dashboards"
      title="Dashboards"
      action="cloudtrail:ListDashboards"
      query={dashboards}
      onRefresh={() => void dashboards.refetch()}
      list={list}
      rows={list.seen}
      trackBy="arn"
      columns={COLUMNS}
      findBy="by name"
      actions={
        <Button variant="primary" href="#/create-dashboard">
          Create dashboard
        </Button>
      }
      empty={<Box>There are none.</Box>}
    />
  );
}
