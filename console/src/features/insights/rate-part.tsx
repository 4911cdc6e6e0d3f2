import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import { bandOf } from './band.ts';
import { rates, rateText, type Insight } from './insights.ts';
import { RateChart } from './rate-chart.tsx';

const HOUR = 3_600_000;
const DAYS_BEFORE = 7;

/** The rate around the insight, against what is usual at that hour. */
export function RatePart({ insight }: { readonly insight: Insight }) {
  const { api } = useConnection();
  const query = useQuery({
    queryKey: ['insight-rates', insight.id],
    queryFn: async ({ signal }) => {
      const end = insight.end ?? Date.now();
      const margin = Math.max(3 * HOUR, end - insight.start);
      const from = Math.floor((insight.start - margin) / HOUR) * HOUR;
      const to = Math.min(Date.now(), end + margin);
      const period = to - from > 48 * HOUR ? 3600 : to - from > 12 * HOUR ? 300 : 60;
      const [near, hours] = await Promise.all([
        rates(api, insight, { from, to, period }, signal),
        rates(api, insight, { from: from - DAYS_BEFORE * 24 * HOUR, to, period: 3600 }, signal),
      ]);
      return {
        from,
        to,
        period,
        line: near.map(({ time, value }) => ({ time, value: value / (period / 60) })),
        band: bandOf(hours, { from, to, before: insight.start }),
      };
    },
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The band is what was usual at that hour of the seven days before; the unusual time is shaded."
        >
          {insight.isError ? 'Errors a minute' : 'Calls a minute'}
        </Header>
      }
    >
      {query.isPending && <Waiting what="the rate" lines={8} />}
      {query.isError && (
        <ErrorState
          error={query.error}
          what="The rate"
          action="cloudtrail:ListInsightsMetricData"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data && (
        <>
          <Key unit={insight.isError ? 'errors' : 'calls'} baseline={insight.baseline} />
          <RateChart {...query.data} insight={insight} />
        </>
      )}
    </Container>
  );
}

/** What each mark of the chart stands for. */
function Key({ unit, baseline }: { readonly unit: string; readonly baseline: number }) {
  const mark = (shape: ReactNode, text: string) => (
    <li>
      <svg width="22" height="12" aria-hidden="true">
        {shape}
      </svg>
      {text}
    </li>
  );
  return (
    <ul className="ot-plain-list ot-rate-key">
      {mark(<path className="ot-rate-line" d="M0 6H22" />, unit)}
      {mark(<path className="ot-baseline" d="M0 6H22" />, `baseline, ${rateText(baseline)}`)}
      {mark(<rect className="ot-band" width="22" height="12" />, 'usual at that hour')}
      {mark(<rect className="ot-unusual" width="22" height="12" />, 'unusual')}
    </ul>
  );
}
