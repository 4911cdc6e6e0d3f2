import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { available } from '../../../choices/available.ts';
import { NameField } from '../../../choices/choose.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import type { useAct } from '../../../parts/use-act.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import { findingsTopic, putFindingsTopic, type FindingsTopic } from '../detections.ts';

type Props = Pick<ReturnType<typeof useAct>, 'act' | 'busy'>;

/** Which topic is told of findings, and whether it was the last time. */
export function TopicPart(props: Props) {
  const { api } = useConnection();
  const topic = useQuery({
    queryKey: ['findings-topic'],
    queryFn: ({ signal }) => findingsTopic(api, signal),
    staleTime: 0,
  });
  const arn = topic.data?.arn ?? '';
  return (
    <ExpandableSection
      variant="container"
      headerText="Who is told of findings"
      headerDescription={
        topic.data && (arn === '' ? 'Rules on the default bus only.' : `The topic ${nameOf(arn)}, and rules.`)
      }
    >
      {topic.isPending && <Waiting what="the topic" lines={2} />}
      {topic.isError && (
        <ErrorState
          error={topic.error}
          what="The topic"
          action="opentrail:GetFindingsTopic"
          onRetry={() => void topic.refetch()}
        />
      )}
      {topic.data && <Loaded key={arn} topic={topic.data} {...props} />}
    </ExpandableSection>
  );
}

function Loaded({ topic, act, busy }: Props & { readonly topic: FindingsTopic }) {
  const { api, session } = useConnection();
  const own = `arn:aws:sns:${session.region}:${session.accountId}:`;
  const [name, setName] = useState(topic.arn.startsWith(own) ? nameOf(topic.arn) : topic.arn);
  const topics = useQuery({
    queryKey: ['available', 'topics'],
    queryFn: ({ signal }) => available(api, 'topics', signal),
  });
  const arn = name === '' || name.startsWith('arn:') ? name : `${own}${name}`;
  const done = arn === '' ? 'No topic is told of findings.' : `${nameOf(arn)} is told of findings.`;
  return (
    <SpaceBetween size="s">
      <NameField
        label="SNS topic (optional)"
        value={name}
        onChange={setName}
        error={undefined}
        suggest
        available={topics.data}
        hint="A name or an ARN; empty for none. A policy of its own must let events.amazonaws.com publish."
      />
      <Button
        loading={busy === 'topic'}
        disabled={arn === topic.arn}
        onClick={() => void act('topic', () => putFindingsTopic(api, arn), done)}
      >
        Save
      </Button>
      {topic.triedAt > 0 && (
        <Box color={topic.failure === '' ? 'text-body-secondary' : 'text-status-error'}>
          {topic.failure === '' ? 'Told last ' : `Failed with ${topic.failure} `}
          <TimeText ms={topic.triedAt} />
        </Box>
      )}
    </SpaceBetween>
  );
}

function nameOf(arn: string): string {
  return arn.split(':').at(-1) ?? arn;
}
