import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { Confirm } from '../../../parts/confirm.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { ItemList } from '../../../parts/item-list.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { deleteFilter, listFilters, type MetricFilter } from '../logs.ts';
import { FilterForm } from './filter-form.tsx';

/** What is counted in the group's events. */
export function FiltersTab({ group }: { readonly group: string }) {
  const { api } = useConnection();
  const { act, said } = useAct(['metric-filters', 'log-groups', 'log-group']);
  const [editing, setEditing] = useState<MetricFilter | 'new'>();
  const [asked, setAsked] = useState<MetricFilter>();
  const filters = useQuery({
    queryKey: ['metric-filters', group],
    queryFn: ({ signal }) => listFilters(api, group, signal),
    staleTime: 0,
  });
  if (editing)
    return (
      <FilterForm
        group={group}
        before={editing === 'new' ? undefined : editing}
        onLeave={() => setEditing(undefined)}
      />
    );
  if (filters.isError)
    return (
      <ErrorState
        error={filters.error}
        what="Metric filters"
        action="logs:DescribeMetricFilters"
        onRetry={() => void filters.refetch()}
      />
    );
  const columns = [
    {
      id: 'name',
      header: 'Filter',
      minWidth: 160,
      isRowHeader: true,
      cell: ({ name }: MetricFilter) => name,
    },
    {
      id: 'pattern',
      header: 'Pattern',
      minWidth: 240,
      cell: ({ pattern }: MetricFilter) => (
        <span className="ot-mono ot-anywhere">{pattern === '' ? 'every event' : pattern}</span>
      ),
    },
    {
      id: 'metric',
      header: 'Metric',
      minWidth: 180,
      cell: ({ namespace, metric }: MetricFilter) => (
        <>
          {metric} <span className="ot-secondary">in {namespace}</span>
        </>
      ),
    },
    {
      id: 'value',
      header: 'Value',
      minWidth: 110,
      cell: ({ value, defaultValue }: MetricFilter) => (
        <>
          <span className="ot-mono">{value}</span>
          {defaultValue !== undefined && <span className="ot-secondary"> else {defaultValue}</span>}
        </>
      ),
    },
    {
      id: 'actions',
      header: 'Actions',
      minWidth: 180,
      cell: (filter: MetricFilter) => (
        <span className="ot-chart-tools">
          <Button variant="inline-link" ariaLabel={`Edit ${filter.name}`} onClick={() => setEditing(filter)}>
            Edit
          </Button>
          <Button
            variant="inline-link"
            ariaLabel={`Create an alarm on ${filter.metric}`}
            href={formatHash({ page: 'create-alarm', namespace: filter.namespace, metric: filter.metric })}
          >
            Alarm
          </Button>
          <Button variant="inline-link" ariaLabel={`Delete ${filter.name}`} onClick={() => setAsked(filter)}>
            Delete
          </Button>
        </span>
      ),
    },
  ];
  return (
    <>
      {said}
      <ItemList
        what="Metric filters"
        items={filters.data ?? []}
        trackBy="name"
        columns={columns}
        loading={filters.isPending}
        header={
          <Header
            variant="h2"
            counter={filters.data && `(${filters.data.length})`}
            description="Each event that fits a pattern counts in a metric, from when the filter is made."
            actions={
              <Button variant="primary" onClick={() => setEditing('new')}>
                Create metric filter
              </Button>
            }
          >
            Metric filters
          </Header>
        }
        empty={<Box color="text-body-secondary">Nothing is counted yet.</Box>}
      />
      {asked && (
        <Confirm
          title={`Delete ${asked.name}?`}
          verb="Delete"
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined);
            void act('delete', () => deleteFilter(api, group, asked.name), `${asked.name} was deleted.`);
          }}
        >
          Nothing more is counted in {asked.metric}; an alarm on it is left without data. What was counted
          stays.
        </Confirm>
      )}
    </>
  );
}
