import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { shortName } from '../../events/sentence.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { tryDetections, type Trial } from './detections.ts';

type Props = {
  /** Of detections that are there, */
  readonly ids?: readonly string[];
  /** or rules of Sigma as they are written. */
  readonly rules?: readonly string[];
  /** `all of them` */
  readonly what: string;
  readonly titles: ReadonlyMap<string, string>;
};

const SPANS = [
  { value: '1', label: 'the last 24 hours' },
  { value: '7', label: 'the last 7 days' },
  { value: '30', label: 'the last 30 days' },
  { value: '90', label: 'the last 90 days' },
];

/** How often they would have fired, and on what. Nothing is kept of it. */
export function TryPart({ ids, rules, what, titles }: Props) {
  const { api } = useConnection();
  const [days, setDays] = useState('7');
  const trial = useMutation({
    mutationFn: () =>
      tryDetections(api, {
        ...(ids ? { ids } : {}),
        ...(rules ? { rules } : {}),
        from: Math.floor(Date.now() / 1000) - Number(days) * 86_400,
      }),
  });
  return (
    <Container
      header={
        <Header variant="h2" description={`How often ${what} would have fired. Nothing is kept of it.`}>
          Try over history
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div className="ot-chart-tools">
          <Select
            selectedOption={SPANS.find(({ value }) => value === days) ?? null}
            options={SPANS}
            ariaLabel="How far back"
            onChange={({ detail }) => setDays(detail.selectedOption.value ?? '7')}
          />
          <Button loading={trial.isPending} onClick={() => trial.mutate()}>
            Try
          </Button>
        </div>
        {trial.isError && (
          <ErrorState error={trial.error} what="The history" action="opentrail:TestDetections" />
        )}
        {trial.data && <Result trial={trial.data} titles={titles} />}
      </SpaceBetween>
    </Container>
  );
}

function Result({ trial, titles }: { readonly trial: Trial; readonly titles: Props['titles'] }) {
  const { counts, findings, scanned, completeFrom } = trial;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const most = [...counts].sort((a, b) => b.count - a.count);
  return (
    <SpaceBetween size="s">
      <LiveRegion>
        <Box variant="p">
          <strong>
            {total === 0
              ? 'No finding'
              : total === 1
                ? '1 finding'
                : `${total.toLocaleString('en')} findings`}
          </strong>{' '}
          in {scanned.toLocaleString('en')} events.
          {completeFrom !== undefined && (
            <>
              {' '}
              There were too many to look at all: complete from <TimeText ms={completeFrom} /> on.
            </>
          )}
        </Box>
      </LiveRegion>
      {most.length > 1 && (
        <ul className="ot-plain-list" aria-label="By detection">
          {most.map(({ id, count }) => (
            <li key={id}>
              {count.toLocaleString('en')} ×{' '}
              <a className="ot-link" href={formatHash({ page: 'detection', id })}>
                {titles.get(id) ?? id}
              </a>
            </li>
          ))}
        </ul>
      )}
      {findings.length > 0 && (
        <ul className="ot-plain-list" aria-label="The newest of them">
          {findings.slice(0, 10).map((one) => (
            <li key={one.id}>
              <a className="ot-link" href={formatHash({ page: 'event', id: one.eventIds.at(-1) ?? '' })}>
                {one.title}
              </a>{' '}
              <span className="ot-secondary">
                {shortName(one.actor)} · {one.eventName} · <TimeText ms={one.last} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {findings.length > 10 && (
        <Box variant="small" color="text-body-secondary">
          The newest 10 are listed.
        </Box>
      )}
    </SpaceBetween>
  );
}
