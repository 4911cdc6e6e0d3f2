import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { Confirm } from '../../parts/confirm.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { useAct } from '../../parts/use-act.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { navigate } from '../../routing/use-route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { deleteDetection, getDetection, switchDetections, type WholeDetection } from './detections.ts';
import { Advice } from './finding/advice-part.tsx';
import { SeverityMark } from './severity-mark.tsx';
import { TryPart } from './try-part.tsx';

/** One detection: what it looks for, why, and how often that would have been. */
export default function DetectionPage({ id }: { readonly id: string }) {
  const { api } = useConnection();
  const { act, busy, said } = useAct(['detections', 'detection']);
  const detection = useQuery({
    queryKey: ['detection', id],
    queryFn: ({ signal }) => getDetection(api, id, signal),
    staleTime: 0,
  });
  const [asked, setAsked] = useState(false);
  const remove = () => {
    setAsked(false);
    void act('delete', () => deleteDetection(api, id), 'It was deleted.').then((done) => {
      if (done) navigate({ page: 'detections' });
    });
  };
  const title = detection.data?.title ?? id;
  const crumbs = [
    { text: 'Detections', href: '#/detections' },
    { text: title, href: formatHash({ page: 'detection', id }) },
  ];
  const turn = (on: boolean) =>
    void act(
      'switch',
      () => switchDetections(api, [id], on),
      `“${title}” is ${on ? 'enabled' : 'disabled'}.`,
    );
  return (
    <PageLayout active="detections" title={title} contentType="default" crumbs={crumbs}>
      {said}
      <div className="ot-trail">
        {detection.isPending && <Waiting what="the detection" lines={6} />}
        {detection.isError && (
          <ErrorState
            error={detection.error}
            what={`The detection ${id}`}
            heading={id}
            action="opentrail:GetDetection"
            onRetry={() => void detection.refetch()}
          />
        )}
        {detection.data && (
          <Loaded
            detection={detection.data}
            busy={busy !== undefined}
            onSwitch={turn}
            onDelete={() => setAsked(true)}
          />
        )}
        {asked && (
          <Confirm
            title={`Delete “${title}”?`}
            verb="Delete"
            onCancel={() => setAsked(false)}
            onConfirm={remove}
          >
            It was imported: to look for it again it has to be imported again. What it found stays.
          </Confirm>
        )}
      </div>
    </PageLayout>
  );
}

type LoadedProps = {
  readonly detection: WholeDetection;
  readonly busy: boolean;
  readonly onSwitch: (on: boolean) => void;
  readonly onDelete: () => void;
};

function Loaded({ detection, busy, onSwitch, onDelete }: LoadedProps) {
  const { enabled, id, title, severity, attack, open, text } = detection;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        info={<SeverityMark severity={severity} />}
        description={
          <>
            {enabled ? (
              <StatusIndicator type="success">Enabled</StatusIndicator>
            ) : (
              <StatusIndicator type="stopped">Disabled</StatusIndicator>
            )}{' '}
            ·{' '}
            <a className="ot-link" href="#/findings">
              {open === 1 ? '1 open finding' : `${open} open findings`}
            </a>
            {attack.length > 0 && ` · ATT&CK ${attack.join(', ')}`}
          </>
        }
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            {detection.imported && <Button onClick={onDelete}>Delete</Button>}
            <Button
              variant={enabled ? 'normal' : 'primary'}
              loading={busy}
              onClick={() => onSwitch(!enabled)}
            >
              {enabled ? 'Disable' : 'Enable'}
            </Button>
          </SpaceBetween>
        }
      >
        {title}
      </Header>
      <Advice detection={detection} />
      <TryPart ids={[id]} what="it" titles={new Map([[id, title]])} />
      <ExpandableSection variant="container" headerText="How it is written">
        <div className="ot-json">
          <pre tabIndex={0} aria-label="The detection as it is written">
            <code>{text}</code>
          </pre>
        </div>
      </ExpandableSection>
    </SpaceBetween>
  );
}
