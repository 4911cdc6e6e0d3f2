import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useAct } from '../../../parts/use-act.tsx';
import { useList } from '../../../parts/use-list.ts';
import { useConnection } from '../../../session/context.tsx';
import { ListPage } from '../../../shell/list-page.tsx';
import { listDetections, switchDetections, type Detection } from '../detections.ts';
import { TryPart } from '../try-part.tsx';
import { COLUMNS } from './columns.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { TopicPart } from './topic-part.tsx';

/** What is looked for: switched on and off, tried over history first. */
export default function DetectionsPage() {
  const { api, session } = useConnection();
  const { act, busy, said } = useAct(['detections', 'detection', 'findings-topic']);
  const [importing, setImporting] = useState(false);
  const [selected, setSelected] = useState<readonly Detection[]>([]);
  const detections = useQuery({
    queryKey: ['detections'],
    queryFn: ({ signal }) => listDetections(api, signal),
    staleTime: 0,
  });
  const all = detections.data ?? [];
  const list = useList(
    all,
    ({ id, title, severity, attack }) => `${id} ${title} ${severity} ${attack.join(' ')}`,
    100,
  );
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
  return (
    <ListPage
      active="detections"
      title="Detections"
      description={`What an intruder does, looked for in every event of account ${session.accountId} as it is recorded.`}
      action="opentrail:ListDetections"
      query={detections}
      onRefresh={() => void detections.refetch()}
      list={list}
      rows={list.seen}
      trackBy="id"
      columns={COLUMNS}
      findBy="by words, severity or ATT&CK technique"
      counter={`(${enabled} of ${all.length} enabled)`}
      said={
        <>
          {said}
          {importing && (
            <ImportDialog
              onCancel={() => setImporting(false)}
              onDone={(ids) => {
                setImporting(false);
                const what = ids.length === 1 ? '1 detection was' : `${ids.length} detections were`;
                void act('import', () => Promise.resolve(), `${what} imported and enabled.`);
              }}
            />
          )}
        </>
      }
      above={
        all.length > 0 && (
          <>
            <TryPart
              ids={none ? ['all'] : selected.map(({ id }) => id)}
              what={none ? 'all of them' : selectedText(selected.length)}
              titles={new Map(all.map(({ id, title }) => [id, title]))}
            />
            <TopicPart act={act} busy={busy} />
          </>
        )
      }
      actions={
        <>
          <Button href="#/findings">Findings</Button>
          <Button onClick={() => setImporting(true)}>Import</Button>
          <Button disabled={none} loading={busy === 'off'} onClick={() => turn(false)}>
            Disable
          </Button>
          <Button variant="primary" disabled={none} loading={busy === 'on'} onClick={() => turn(true)}>
            Enable
          </Button>
        </>
      }
      empty="There are none."
      selection={{ selected, onSelect: setSelected, nameOf: ({ title }) => title }}
    />
  );
}

function selectedText(count: number): string {
  return count === 1 ? 'the selected one' : `the ${count} selected`;
}
