import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import type { WhoKind } from '../../../events/who.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { useNarrow } from '../../../parts/use-narrow.ts';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { getFinding, markFindings, type Finding } from '../detections.ts';
import { FindingState } from '../inbox/columns.tsx';
import { SeverityMark } from '../severity-mark.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AdvicePart } from './advice-part.tsx';
import { EventsPart } from './events-part.tsx';

/** One finding: what happened, why it matters, what to do, and the events themselves. */
export default function FindingPage({ id }: { readonly id: string }) {
  const { api, everywhere } = useConnection();
  const { act, busy, said } = useAct(['findings', 'finding']);
  const finding = useQuery({
    queryKey: ['finding', everywhere, id],
    queryFn: ({ signal }) => getFinding(api, id, everywhere, signal),
    staleTime: 0,
  });
  const title = finding.data?.title ?? 'Finding';
  const crumbs = [
    { text: 'Findings', href: '#/findings' },
    { text: title, href: formatHash({ page: 'finding', id }) },
  ];
  const acknowledge = (note: string) =>
    void act(
      'mark',
      () => markFindings(api, [id], { status: 'ACKNOWLEDGED', note, everywhere }),
      'The finding is acknowledged.',
    );
  const reopen = () =>
    void act(
      'mark',
      () => markFindings(api, [id], { status: 'OPEN', everywhere }),
      'The finding is open again.',
    );
  return (
    <PageLayout active="findings" title={title} contentType="default" crumbs={crumbs}>
      {said}
      <div className="ot-trail">
        {finding.isPending && <Waiting what="the finding" lines={6} />}
        {finding.isError && (
          <ErrorState
            error={finding.error}
            what="The finding"
            heading="Finding"
            action="opentrail:GetFinding"
            onRetry={() => void finding.refetch()}
          />
        )}
        {finding.data && (
          <SpaceBetween size="l">
            <Header
              variant="h1"
              info={<SeverityMark severity={finding.data.severity} />}
              actions={
                <Buttons
                  finding={finding.data}
                  busy={busy !== undefined}
                  onAcknowledge={acknowledge}
                  onReopen={reopen}
                />
              }
            >
              {title}
            </Header>
            <Facts finding={finding.data} />
            <AdvicePart detectionId={finding.data.detectionId} />
            <EventsPart finding={finding.data} />
          </SpaceBetween>
        )}
      </div>
    </PageLayout>
  );
}

function Buttons(props: {
  readonly finding: Finding;
  readonly busy: boolean;
  readonly onAcknowledge: (note: string) => void;
  readonly onReopen: () => void;
}) {
  const { finding, busy, onAcknowledge, onReopen } = props;
  const [asked, setAsked] = useState(false);
  return (
    <>
      {finding.status === 'OPEN' ? (
        <Button variant="primary" loading={busy} onClick={() => setAsked(true)}>
          Acknowledge
        </Button>
      ) : (
        <Button loading={busy} onClick={onReopen}>
          Open again
        </Button>
      )}
      {asked && (
        <AcknowledgeDialog
          title={finding.title}
          onCancel={() => setAsked(false)}
          onConfirm={(note) => {
            setAsked(false);
            onAcknowledge(note);
          }}
        />
      )}
    </>
  );
}

function Facts({ finding }: { readonly finding: Finding }) {
  const narrow = useNarrow();
  const copied = (text: string, what: string, kind: WhoKind): ReactNode =>
    text === '' ? (
      '–'
    ) : (
      <>
        <a className="ot-link ot-mono ot-anywhere" href={formatHash({ page: 'who', kind, value: text })}>
          {text}
        </a>{' '}
        <CopyButton text={text} what={what} />
      </>
    );
  return (
    <Container>
      <KeyValuePairs
        columns={narrow ? 1 : 3}
        items={[
          { label: 'State', value: <State finding={finding} /> },
          { label: 'Last', value: <TimeText ms={finding.last} zone /> },
          {
            label: 'Events',
            value:
              finding.count === 1 ? (
                '1'
              ) : (
                <>
                  {finding.count.toLocaleString('en')} since <TimeText ms={finding.first} />
                </>
              ),
          },
          {
            label: 'Who',
            value: copied(
              finding.actor,
              'who it was',
              finding.actor.startsWith('arn:') ? 'identity' : 'user',
            ),
          },
          { label: 'From', value: copied(finding.sourceIp, 'the address', 'address') },
          { label: 'Access key', value: copied(finding.accessKey, 'the access key', 'key') },
          {
            label: 'Call',
            value: `${finding.eventName} (${finding.eventSource})${finding.error === '' ? '' : `: ${finding.error}`}`,
          },
          { label: 'Where', value: `${finding.account}, ${finding.region}` },
          { label: 'ATT&CK', value: finding.attack.join(', ') || '–' },
          {
            label: 'Resources',
            value:
              finding.resources.length === 0 ? (
                '–'
              ) : (
                <ul className="ot-plain-list">
                  {finding.resources.map((name) => (
                    <li key={name} className="ot-mono">
                      <a
                        className="ot-link"
                        href={formatHash({ page: 'who', kind: 'resource', value: name })}
                      >
                        {name}
                      </a>
                    </li>
                  ))}
                </ul>
              ),
          },
        ]}
      />
    </Container>
  );
}

function State({ finding }: { readonly finding: Finding }) {
  return (
    <>
      <FindingState finding={finding} />
      {finding.changedBy !== '' && (
        <div className="ot-secondary ot-anywhere">
          by {finding.changedBy}, <TimeText ms={finding.changedAt} />
        </div>
      )}
      {finding.note !== '' && <div className="ot-anywhere">“{finding.note}”</div>}
    </>
  );
}
