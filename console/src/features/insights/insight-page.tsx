import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { ApiError } from '../../aws/errors.ts';
import { formatAddress } from '../../events/address.ts';
import { EMPTY_QUERY, tidy, type Condition } from '../../events/query.ts';
import { useOwnScopeWhenDenied } from '../../events/use-own-scope.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { durationText } from '../../parts/time.ts';
import { useNarrow } from '../../parts/use-narrow.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { AttributionsPart } from './attributions-part.tsx';
import { listInsights, rateText, whatText, type Insight } from './insights.ts';
import { RatePart } from './rate-part.tsx';
import './insights.css';

/** One insight: the rate against its baseline, who made it, and the events behind it. */
export default function InsightPage({ id }: { readonly id: string }) {
  const { api, everywhere } = useConnection();
  const insight = useQuery({
    queryKey: ['insight', everywhere, id],
    queryFn: async ({ signal }) => {
      const found = (await listInsights(api, everywhere, signal)).find((one) => one.id === id);
      if (found) return found;
      const message = 'There is no such insight here, or it is older than what is kept.';
      throw new ApiError({ code: 'ResourceNotFoundException', message, status: 404 });
    },
    staleTime: 0,
  });
  useOwnScopeWhenDenied(insight.error);
  const title = insight.data ? `Unusual ${whatText(insight.data)}` : 'Insight';
  const crumbs = [
    { text: 'Insights', href: '#/insights' },
    { text: title, href: formatHash({ page: 'insight', id }) },
  ];
  return (
    <PageLayout active="insights" title={title} contentType="default" crumbs={crumbs}>
      <div className="ot-trail">
        {insight.isPending && <Waiting what="the insight" lines={6} />}
        {insight.isError && (
          <ErrorState
            error={insight.error}
            what="The insight"
            heading="Insight"
            action="cloudtrail:LookupEvents"
            onRetry={() => void insight.refetch()}
          />
        )}
        {insight.data && (
          <SpaceBetween size="l">
            <Header
              variant="h1"
              description={`${insight.data.source}, account ${insight.data.account}, ${insight.data.region}`}
              actions={
                <Button variant="primary" href={eventsHref(insight.data)}>
                  The events behind it
                </Button>
              }
            >
              {title}
            </Header>
            <Facts insight={insight.data} />
            <RatePart insight={insight.data} />
            <AttributionsPart insight={insight.data} />
          </SpaceBetween>
        )}
      </div>
    </PageLayout>
  );
}

function Facts({ insight }: { readonly insight: Insight }) {
  const narrow = useNarrow();
  const { start, end, baseline, rate, isError } = insight;
  const unit = `${isError ? 'errors' : 'calls'} a minute`;
  const times = baseline > 0 ? rate / baseline : undefined;
  return (
    <Container>
      <KeyValuePairs
        columns={narrow ? 1 : 4}
        items={[
          { label: 'Began', value: <TimeText ms={start} zone /> },
          {
            label: 'Ended',
            value:
              end === undefined ? (
                'It goes on.'
              ) : (
                <>
                  <TimeText ms={end} zone />
                  <div className="ot-secondary">after {durationText(end - start)}</div>
                </>
              ),
          },
          { label: 'Usually', value: `${rateText(baseline)} ${unit}` },
          {
            label: 'Then',
            value: (
              <>
                <strong>
                  {rateText(rate)} {unit}
                </strong>
                {times !== undefined && times >= 1.5 && (
                  <div className="ot-secondary">{Math.round(times).toLocaleString('en')} times as many</div>
                )}
              </>
            ),
          },
        ]}
      />
    </Container>
  );
}

/** Of the same call, where and while it was unusual. */
export function eventsHref(insight: Insight, more: readonly Condition[] = []): string {
  const { name, source, isError, errorCode, account, region, start, end } = insight;
  const is = (key: Condition['key'], value: string): readonly Condition[] =>
    value === '' ? [] : [{ key, operator: 'equals', values: [value] }];
  const conditions = [
    ...is('EventName', name),
    ...is('EventSource', source),
    ...is('AwsRegion', region),
    ...(isError ? is('ErrorCode', errorCode) : []),
    ...more,
  ];
  const range = {
    type: 'absolute',
    from: Math.floor(start / 1000),
    to: Math.floor((end ?? Date.now()) / 1000),
  } as const;
  const query = tidy({ ...EMPTY_QUERY, conditions, range, account });
  return formatHash({ page: 'events', search: formatAddress({ query, event: undefined, live: false }) });
}
