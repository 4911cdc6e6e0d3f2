import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import { metricData, periodText, type MetricQuery } from './alarms.ts';

const MetricChart = lazy(() => import('./metric-chart.tsx'));

const HOUR = 3_600_000;
const SPANS = [
  { value: '3', label: 'the last 3 hours' },
  { value: '24', label: 'the last 24 hours' },
  { value: '168', label: 'the last 7 days' },
];

type Props = { readonly query: MetricQuery; readonly threshold: number | undefined };

/** The metric as the alarm sees it. */
export function MetricPart({ query, threshold }: Props) {
  const { api } = useConnection();
  const [hours, setHours] = useState('3');
  const data = useQuery({
    queryKey: ['metric-data', query, hours],
    queryFn: async ({ signal }) => {
      const to = Date.now();
      const span = { from: to - Number(hours) * HOUR, to };
      return { ...span, samples: await metricData(api, query, span, signal) };
    },
    staleTime: 0,
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`${query.statistic} of ${query.metric} in ${query.namespace}, each ${periodText(query.period).replace(/^an? /, '')}`}
          actions={
            <Select
              selectedOption={SPANS.find(({ value }) => value === hours) ?? null}
              options={SPANS}
              ariaLabel="How far back"
              onChange={({ detail }) => setHours(detail.selectedOption.value ?? '3')}
            />
          }
        >
          Metric
        </Header>
      }
    >
      {data.isPending && <Waiting what="the metric" lines={6} />}
      {data.isError && (
        <ErrorState
          error={data.error}
          what="The metric"
          action="cloudwatch:GetMetricData"
          onRetry={() => void data.refetch()}
        />
      )}
      {data.data?.samples.length === 0 && (
        <Box color="text-body-secondary">Nothing was measured in this time.</Box>
      )}
      {data.data && data.data.samples.length > 0 && (
        <Suspense fallback={<Waiting what="the chart" lines={6} />}>
          <MetricChart title={query.metric} threshold={threshold} period={query.period} {...data.data} />
        </Suspense>
      )}
    </Container>
  );
}
