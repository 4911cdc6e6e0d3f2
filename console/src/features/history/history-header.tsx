import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';

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
  readonly onDownload: (what: 'page' | 'all', format: ExportFormat) => void;
};

const LIMIT = EXPORT_LIMIT.toLocaleString('en');

export function HistoryHeader({ count, live, tail, busy, onLive, onRefresh, onCli, onDownload }: Props) {
  return (
    <Header
      variant="h1"
      counter={count && !live ? `(${count.events.toLocaleString('en')})` : undefined}
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
              { id: 'page csv', text: 'This page as CSV' },
              { id: 'page json', text: 'This page as JSON' },
              {
                id: 'all csv',
                text: 'All that match as CSV',
                description: `Up to ${LIMIT} events`,
                disabled: live,
              },
              {
                id: 'all json',
                text: 'All that match as JSON',
                description: `Up to ${LIMIT} events`,
                disabled: live,
              },
            ]}
            onItemClick={({ detail }) => {
              const [what, format] = detail.id.split(' ');
              onDownload(what === 'all' ? 'all' : 'page', format === 'csv' ? 'csv' : 'json');
            }}
            expandToViewport
          >
            Download
          </ButtonDropdown>
          <Button onClick={onCli}>Open as CLI</Button>
        </SpaceBetween>
      }
    >
      Event history
    </Header>
  );
}

const LIVE_TEXT: Readonly<Record<LiveTail['state'], string>> = {
  off: 'Live',
  connecting: 'Connecting',
  live: 'Live',
  retrying: 'Reconnecting',
};
