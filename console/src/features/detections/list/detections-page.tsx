import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ErrorState } from '../../../parts/error-state.tsx';
import { ItemList } from '../../../parts/item-list.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { listDetections, switchDetections, type Detection } from '../detections.ts';
import { TryPart } from '../try-part.tsx';
import { COLUMNS } from './columns.tsx';

/** What is looked for: switched on and off, tried over history first. */
export default function DetectionsPage() {
  const { api, session } = useConnection();
  const { act, busy, said } = useAct(['detections', 'detection']);
  const [text, setText] = useState('');
  const [selected, setSelected] = useState<readonly Detection[]>([]);
  const detections = useQuery({
    queryKey: ['detections'],
    queryFn: ({ signal }) => listDetections(api, signal),
    staleTime: 0,
  });
  const all = detections.data ?? [];
  const words = text.toLowerCase().split(/\s+/);
  const shown = all.filter(({ id, title, severity, attack }) => {
    const among = `${id} ${title} ${severity} ${attack.join(' ')}`.toLowerCase();
    return words.every((word) => among.includes(word));
  });
  const enabled = all.filter((one) => one.enabled).length;
  const turn = (on: boolean) => {
    const ids = selected.map(({ id }) => id);
    const what = ids.length === 1 ? '1 detection is' : `${ids.length} detections are`;
    void act(
      on ? 'on' : 'off',
      () => switchDetections(api, ids, on),
      `${what} ${on ? 'enabled' : 'disabled'}.`,
    ).then((done) => {
      if (done) setSelected([]);
    });
  };
  const none = selected.length === 0;
  const header = (
    <Header
      variant="h1"
      counter={detections.data && `(${enabled} of ${all.length} enabled)`}
      description={`What an intruder does, looked for in every event of account ${session.accountId} as it is recorded.`}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button href="#/findings">Findings</Button>
          <Button disabled={none} loading={busy === 'off'} onClick={() => turn(false)}>
            Disable
          </Button>
          <Button variant="primary" disabled={none} loading={busy === 'on'} onClick={() => turn(true)}>
            Enable
          </Button>
        </SpaceBetween>
      }
    >
      Detections
    </Header>
  );
  return (
    <PageLayout active="detections" title="Detections">
      {said}
      <div className="ot-history">
        {detections.isError ? (
          <ErrorState
            error={detections.error}
            what="Detections"
            heading="Detections"
            action="opentrail:ListDetections"
            onRetry={() => void detections.refetch()}
          />
        ) : (
          <>
            {all.length > 0 && (
              <TryPart
                ids={none ? ['all'] : selected.map(({ id }) => id)}
                what={
                  none
                    ? 'all of them'
                    : selected.length === 1
                      ? 'the selected one'
                      : `the ${selected.length} selected`
                }
                titles={new Map(all.map(({ id, title }) => [id, title]))}
              />
            )}
            <ItemList
              what="Detections"
              items={shown}
              trackBy="id"
              columns={COLUMNS}
              loading={detections.isPending}
              header={header}
              empty={text === '' ? 'There are none.' : `No detection matches “${text}”.`}
              nameOf={({ title }) => title}
              selected={selected}
              onSelect={setSelected}
              filter={
                <TextFilter
                  filteringText={text}
                  filteringPlaceholder="Find detections by words, severity or ATT&CK technique"
                  filteringAriaLabel="Find detections"
                  countText={text === '' ? '' : shown.length === 1 ? '1 match' : `${shown.length} matches`}
                  onChange={({ detail }) => setText(detail.filteringText)}
                />
              }
            />
          </>
        )}
      </div>
    </PageLayout>
  );
}
