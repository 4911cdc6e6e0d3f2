import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';

import { useNarrow } from '../../parts/use-narrow.ts';
import { EXPORT_LIMIT, type ExportFormat } from './export-file.ts';
import type { LiveTail } from './use-live-tail.ts';

type Props = {
  /** Events and failures in the range; undefined while they are counted. */
  readonly count: { readonly events: number; readonly errors: number } | undefined;
  readonly live: boolean;
  readonly tail: Pick<LiveTail, 'state'>;
  readonly busy: boolean;
  readonly onLive: (live: boolean) => void;
  readonly onRefresh: () => void;
  readonly onCli: () => void;
  readonly onSql: () => void;
  readonly onDownload: (what: 'page' | 'all', format: ExportFormat) => void;
};

const LIMIT = `Up to ${EXPORT_LIMIT.toLocaleString('en')} events`;
const DOWNLOADS = [
  { id: 'page csv', text: 'This page as CSV' },
  { id: 'page json', text: 'This page as JSON' },
  { id: 'all csv', text: 'All that match as CSV', description: LIMIT },
  { id: 'all json', text: 'All that match as JSON', description: LIMIT },
];
const OPEN = [
  { id: 'cli', text: 'Open as CLI' },
  { id: 'sql', text: 'Open as SQL' },
];

export function HistoryHeader({
  count,
  live,
  tail,
  busy,
  onLive,
  onRefresh,
  onCli,
  onSql,
  onDownload,
}: Props) {
  const narrow = useNarrow();
  return (
    <Header
      variant="h1"
      counter={count && !live ? `(${count.events.toLocaleString('en')})` : undefined}
      info={<CountStatus count={live ? undefined : count} />}
      actions={
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <span className={live ? `ot-live ot-live-${tail.state}` : 'ot-live'}>
            <Toggle checked={live} onChange={({ detail }) => onLive(detail.checked)}>
              {live ? LIVE_TEXT[tail.state] : 'Live'}
            </Toggle>
          </span>
          <Button iconName="refresh" ariaLabel="Refresh" onClick={onRefresh} loading={busy} disabled={live} />
          <ButtonDropdown
            items={[
              ...DOWNLOADS.map((item) => ({ ...item, disabled: live && item.id.startsWith('all') })),
              ...(narrow ? OPEN : []),
            ]}
            onItemClick={({ detail }) => {
              if (detail.id === 'cli') return onCli();
              if (detail.id === 'sql') return onSql();
              const [what, format] = detail.id.split(' ');
              onDownload(what === 'all' ? 'all' : 'page', format === 'csv' ? 'csv' : 'json');
            }}
            expandToViewport
          >
            {narrow ? 'More' : 'Download'}
          </ButtonDropdown>
          {!narrow && <Button onClick={onCli}>Open as CLI</Button>}
          {!narrow && <Button onClick={onSql}>Open as SQL</Button>}
        </SpaceBetween>
      }
    >
      Event history
    </Header>
  );
}

/** The same for screen readers, said when it changes. */
function CountStatus({ count }: Pick<Props, 'count'>) {
  return (
    <span role="status" className="ot-offscreen">
      {count && `${count.events} events, ${count.errors} of them failed`}
    </span>
  );
}

const LIVE_TEXT: Readonly<Record<LiveTail['state'], string>> = {
  off: 'Live',
  connecting: 'Connecting',
  live: 'Live',
  retrying: 'Reconnecting',
};
