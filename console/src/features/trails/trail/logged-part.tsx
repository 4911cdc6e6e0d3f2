import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { isNotServed } from '../../../aws/errors.ts';
import { Command } from '../../../parts/command.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import { LoggedList } from '../list/logged-list.tsx';
import { loggedBy } from '../selectors/readable.ts';
import { trailAggregation, type Trail } from '../trails.ts';

/** What is logged, in words and as the API has it. */
export function LoggedPart({ trail }: { readonly trail: Trail }) {
  const { api } = useConnection();
  const selectors = useQuery({
    queryKey: ['trail-selectors', trail.arn, 'whole'],
    queryFn: ({ signal }) => api.cloudtrail('GetEventSelectors', { TrailName: trail.arn }, signal),
    staleTime: 0,
  });
  const { TrailARN: _arn, ...json } = selectors.data ?? {};
  return (
    <Container header={<Header variant="h2">What is logged</Header>}>
      {selectors.isPending && <Waiting what="what is logged" lines={2} />}
      {selectors.isError && (
        <ErrorState
          error={selectors.error}
          what="What is logged"
          action="cloudtrail:GetEventSelectors"
          onRetry={() => void selectors.refetch()}
        />
      )}
      {selectors.data && (
        <>
          <LoggedList logged={loggedBy(selectors.data)} />
          <Aggregation trail={trail} />
          <ExpandableSection headerText="As JSON">
            <Command text={JSON.stringify(json, null, 2)} what="the selectors" />
          </ExpandableSection>
        </>
      )}
    </Container>
  );
}

function Aggregation({ trail }: { readonly trail: Trail }) {
  const { api } = useConnection();
  const templates = useQuery({
    queryKey: ['trail-aggregation', trail.arn],
    queryFn: ({ signal }) =>
      trailAggregation(api, trail.arn, signal).catch((error: unknown) => {
        if (isNotServed(error)) return [];
        throw error;
      }),
  });
  if (!templates.data || templates.data.length === 0) return null;
  return <p>Data events are aggregated by {templates.data.join(', ')}.</p>;
}
