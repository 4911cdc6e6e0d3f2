import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { isNotPermitted } from '../../aws/errors.ts';
import { shortName } from '../../events/sentence.ts';
import { useOwnScopeWhenDenied } from '../../events/use-own-scope.ts';
import { isWhoKind, roleOf, whoCondition, whoLabel, type WhoKind } from '../../events/who.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { ChainPart } from './chain-part.tsx';
import { FactsPart } from './facts-part.tsx';
import { historyOf, SPANS, spanOf, type Subject } from './subject.ts';
import { seen } from './profile.ts';
import { ServicesPart } from './services-part.tsx';
import { ValuesParts } from './values-part.tsx';
import { WeekPart } from './week-part.tsx';
import './who.css';

/** Everything that is known of one identity, key, role, address or resource. */
export default function WhoPage({ kind, value }: { readonly kind: string; readonly value: string }) {
  const title = shortName(value);
  const crumbs = [
    { text: 'Event history', href: '#/events' },
    { text: title, href: formatHash({ page: 'who', kind, value }) },
  ];
  return (
    <PageLayout active="events" title={title} contentType="default" crumbs={crumbs}>
      <div className="ot-trail">
        {isWhoKind(kind) ? <Known kind={kind} value={value} /> : <Box>There is no page about a {kind}.</Box>}
      </div>
    </PageLayout>
  );
}

function Known({ kind, value }: { readonly kind: WhoKind; readonly value: string }) {
  const { api, everywhere } = useConnection();
  const [days, setDays] = useState('30');
  const [now, setNow] = useState(() => Date.now());
  const subject = useMemo<Subject>(
    () => ({
      kind,
      value,
      condition: whoCondition(kind, value),
      everywhere,
      span: spanOf(Number(days), now),
    }),
    [kind, value, everywhere, days, now],
  );
  const facts = useQuery({
    queryKey: ['who', 'seen', everywhere, kind, value, now],
    queryFn: ({ signal }) => seen(api, subject, now, signal),
  });
  useOwnScopeWhenDenied(facts.error);
  const isDenied = everywhere && isNotPermitted(facts.error);
  const role = kind === 'identity' ? roleOf(value) : undefined;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={
          <>
            {whoLabel(kind)} <span className="ot-mono ot-anywhere">{value}</span>{' '}
            <CopyButton text={value} what={value} />
            {role && (
              <>
                {' '}
                · a session of{' '}
                <a className="ot-link" href={formatHash({ page: 'who', kind: 'role', value: role })}>
                  {shortName(role)}
                </a>
              </>
            )}
          </>
        }
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button
              iconName="refresh"
              ariaLabel="Refresh"
              loading={facts.isFetching && !facts.isPending}
              onClick={() => setNow(Date.now())}
            />
            <Button href={historyOf(subject)}>Events</Button>
          </SpaceBetween>
        }
      >
        <span className="ot-anywhere">{shortName(value)}</span>
      </Header>
      {(facts.isPending || isDenied) && <Waiting what="who this is" lines={6} />}
      {facts.isError && !isDenied && (
        <ErrorState
          error={facts.error}
          what="Who this is"
          action="cloudtrail:LookupEvents"
          onRetry={() => void facts.refetch()}
        />
      )}
      {facts.data?.count === 0 && <Nothing subject={subject} />}
      {facts.data && facts.data.count > 0 && (
        <SpaceBetween size="l">
          <FactsPart seen={facts.data} now={now} />
          <div className="ot-chart-tools">
            <Select
              selectedOption={SPANS.find((one) => one.value === days) ?? null}
              options={SPANS}
              ariaLabel="How far back"
              onChange={({ detail }) => setDays(detail.selectedOption.value ?? days)}
            />
          </div>
          <ServicesPart subject={subject} />
          <div className="ot-halves">
            <WeekPart subject={subject} />
            {facts.data.last && <ChainPart subject={subject} last={facts.data.last} />}
          </div>
          <ValuesParts subject={subject} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

function Nothing({ subject }: { readonly subject: Subject }) {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">Never seen</Box>
      <p>
        No event that is kept names this {whoLabel(subject.kind).toLowerCase()}
        {subject.everywhere ? '' : ' in this account and region'}. It may have been seen longer ago than
        events are kept.
      </p>
      <Button href="#/events">Event history</Button>
    </div>
  );
}
