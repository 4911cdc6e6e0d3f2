import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { isNotPermitted } from '../../../aws/errors.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { ItemList } from '../../../parts/item-list.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import {
  listDetections,
  listFindings,
  markFindings,
  SEVERITIES,
  type Finding,
  type FindingFilter,
  type Severity,
  type Status,
} from '../detections.ts';
import { COLUMNS } from './columns.tsx';

const ANY = { value: '', label: 'Any severity' };
const SEVERITY_OPTIONS = [ANY, ...SEVERITIES.map((value) => ({ value, label: value }))];

/** What fired, newest first, until somebody acknowledges it. */
export default function InboxPage() {
  const { api, everywhere, giveUpEverywhere } = useConnection();
  const [filter, setFilter] = useState<FindingFilter>({ status: 'OPEN', severity: undefined });
  const [selected, setSelected] = useState<readonly Finding[]>([]);
  const { act, busy, said } = useAct(['findings']);
  const query = useInfiniteQuery({
    queryKey: ['findings', everywhere, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      listFindings(api, { ...filter, everywhere, token: pageParam }, signal),
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });
  const { error } = query;
  const isDenied = everywhere && isNotPermitted(error);
  useEffect(() => {
    if (isDenied) giveUpEverywhere();
  }, [isDenied, giveUpEverywhere]);
  useEffect(() => setSelected([]), [filter]);
  const findings = query.data?.pages.flatMap((page) => page.findings) ?? [];
  const mark = (status: Status) => {
    const count = selected.length === 1 ? '1 finding is' : `${selected.length} findings are`;
    const ids = selected.map(({ id }) => id);
    void act(
      status,
      () => markFindings(api, ids, { status, everywhere }),
      `${count} ${status === 'OPEN' ? 'open again' : 'acknowledged'}.`,
    ).then((done) => {
      if (done) setSelected([]);
    });
  };
  const more = query.hasNextPage ? '+' : '';
  const header = (
    <Header
      variant="h1"
      counter={query.data && `(${findings.length}${more})`}
      description={everywhere ? 'What the detections found, in all accounts.' : 'What the detections found.'}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={query.isFetching && !query.isPending}
            onClick={() => void query.refetch()}
          />
          <Button href="#/detections">Detections</Button>
          {filter.status !== 'OPEN' && (
            <Button disabled={selected.length === 0} loading={busy === 'OPEN'} onClick={() => mark('OPEN')}>
              Open again
            </Button>
          )}
          {filter.status !== 'ACKNOWLEDGED' && (
            <Button
              variant="primary"
              disabled={selected.length === 0}
              loading={busy === 'ACKNOWLEDGED'}
              onClick={() => mark('ACKNOWLEDGED')}
            >
              {selected.length > 1 ? `Acknowledge ${selected.length}` : 'Acknowledge'}
            </Button>
          )}
        </SpaceBetween>
      }
    >
      Findings
    </Header>
  );
  return (
    <PageLayout active="findings" title="Findings">
      {said}
      <div className="ot-history">
        {error && !isDenied ? (
          <ErrorState
            error={error}
            what="Findings"
            heading="Findings"
            action="opentrail:ListFindings"
            onRetry={() => void query.refetch()}
          />
        ) : (
          <ItemList
            what="Findings"
            items={findings}
            trackBy="id"
            columns={COLUMNS}
            loading={query.isPending || isDenied}
            header={header}
            empty={<NoFindings filter={filter} />}
            nameOf={({ title }) => title}
            selected={selected}
            onSelect={setSelected}
            filter={<Filters filter={filter} onChange={setFilter} />}
          />
        )}
        {query.hasNextPage && (
          <Box textAlign="center">
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show older ones
            </Button>
          </Box>
        )}
      </div>
    </PageLayout>
  );
}

type FiltersProps = { readonly filter: FindingFilter; readonly onChange: (filter: FindingFilter) => void };

function Filters({ filter, onChange }: FiltersProps) {
  return (
    <div className="ot-chart-tools">
      <SegmentedControl
        selectedId={filter.status ?? 'ALL'}
        label="Which findings"
        options={[
          { id: 'OPEN', text: 'Open' },
          { id: 'ACKNOWLEDGED', text: 'Acknowledged' },
          { id: 'ALL', text: 'All' },
        ]}
        onChange={({ detail }) =>
          onChange({
            ...filter,
            status: detail.selectedId === 'ALL' ? undefined : (detail.selectedId as Status),
          })
        }
      />
      <Select
        selectedOption={SEVERITY_OPTIONS.find(({ value }) => value === (filter.severity ?? '')) ?? ANY}
        options={SEVERITY_OPTIONS}
        ariaLabel="Severity"
        onChange={({ detail }) =>
          onChange({ ...filter, severity: (detail.selectedOption.value as Severity | '') || undefined })
        }
      />
    </div>
  );
}

/** Because nothing happened, or because nobody looks? */
function NoFindings({ filter }: { readonly filter: FindingFilter }) {
  const { api } = useConnection();
  const detections = useQuery({
    queryKey: ['detections'],
    queryFn: ({ signal }) => listDetections(api, signal),
    staleTime: 0,
  });
  const enabled = detections.data?.filter((one) => one.enabled).length;
  const what = filter.status === 'ACKNOWLEDGED' ? 'Nothing was acknowledged' : 'Nothing was found';
  if (enabled === 0)
    return (
      <div className="ot-first-steps">
        <Box variant="h2">Nobody is looking yet</Box>
        <p>
          None of the {detections.data?.length} detections is enabled. Try them over history first to see how
          often they would fire, then enable those that fit.
        </p>
        <Button variant="primary" href="#/detections">
          Detections
        </Button>
      </div>
    );
  return (
    <Box textAlign="center" padding="xxl" color="inherit">
      <Box variant="h2">{what}</Box>
      {enabled !== undefined && (
        <Box color="text-body-secondary">
          {enabled === 1 ? '1 detection looks' : `${enabled} detections look`} at every event as it is
          recorded.
        </Box>
      )}
    </Box>
  );
}
