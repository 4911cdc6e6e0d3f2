import { lazy, Suspense, useCallback, useMemo, useState } from 'react';

import type * as AsSql from '../../events/as-sql.ts';
import { formatAddress, parseAddress, type HistoryAddress } from '../../events/address.ts';
import type { HistoryQuery } from '../../events/query.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { useLate } from '../../parts/use-late.ts';
import { useNarrow } from '../../parts/use-narrow.ts';
import { usePreferences } from '../../preferences/context.tsx';
import { navigate } from '../../routing/use-route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { EventPanel } from '../event/event-panel.tsx';
import { cliCommands } from './cli-command.ts';
import { ExportNotice } from './export-notice.tsx';
import { HistoryHeader } from './history-header.tsx';
import { HistoryResults } from './history-results.tsx';
import { HistorySearch } from './history-search.tsx';
import { useExport } from './use-export.ts';
import { useHistory } from './use-history.ts';
import { useLiveTail } from './use-live-tail.ts';
import { useReading } from './use-reading.ts';
import { useRowKeys } from './use-row-keys.ts';

const CliDialog = lazy(() => import('./cli-dialog.tsx'));

/** Event history: one question in the address bar, its histogram, its events, and the one that is looked at. */
export function HistoryPage({ search }: { readonly search: string }) {
  const address = useMemo(() => parseAddress(search), [search]);
  const { query, live } = address;
  const [preferences] = usePreferences();
  const { session, everywhere } = useConnection();
  const narrow = useNarrow();
  const [cli, setCli] = useState(false);
  const history = useHistory(query, preferences.pageSize);
  const [paused, readingProps] = useReading();
  const tail = useLiveTail({ on: live, query, reads: preferences.liveReads, paused });
  const download = useExport();
  const late = useLate(history.stale, 200);

  const go = useGo(address);
  const onQuery = useCallback((next: HistoryQuery) => go({ query: next, event: undefined }), [go]);
  const onOpen = useCallback((event: TrailEvent) => go({ event: event.id }), [go]);
  const events = useMemo(
    () => (live ? liveEvents(tail.shown, history.events, preferences.liveReads) : history.events),
    [live, tail.shown, history.events, preferences.liveReads],
  );
  const open = events.find((event) => event.id === address.event);
  const cursor = useRowKeys({
    events,
    open: address.event,
    narrow,
    onOpen: (event) => go({ event: event.id }, 'replace'),
    onClose: () => go({ event: undefined }),
  });
  const counts = useCounts(history.histogram.buckets);

  return (
    <PageLayout
      active="events"
      title="Event history"
      splitPanel={
        address.event !== undefined && !narrow ? (
          <EventPanel id={address.event} known={open} range={query.range} />
        ) : undefined
      }
      onSplitPanelClose={() => go({ event: undefined })}
    >
      <div className="ot-history">
        <HistoryHeader
          count={counts}
          live={live}
          tail={tail}
          busy={history.stale}
          onLive={(next) => go({ live: next, event: undefined })}
          onRefresh={history.refresh}
          onCli={() => setCli(true)}
          onSql={() => void openAsSql(query, history.span)}
          onDownload={(what, format) =>
            what === 'page' ? download.savePage(events, format) : download.saveAll(history.search, format)
          }
        />
        <HistorySearch query={query} history={history} live={live} onQuery={onQuery} />
        <ExportNotice download={download} total={counts?.events} />
        <div {...readingProps} className={late ? 'ot-stale' : undefined} aria-busy={late}>
          <HistoryResults
            query={query}
            history={history}
            tail={live ? tail : undefined}
            paused={paused}
            events={events}
            selected={cursor}
            narrow={narrow}
            onQuery={onQuery}
            onOpen={onOpen}
          />
        </div>
      </div>
      {cli && (
        <Suspense>
          <CliDialog
            commands={cliCommands(query, {
              span: history.span,
              everywhere,
              own: { account: session.accountId, region: session.region },
            })}
            onClose={() => setCli(false)}
          />
        </Suspense>
      )}
    </PageLayout>
  );
}

/** What writes SQL comes when it is asked for. */
async function openAsSql(...[query, span]: [HistoryQuery, Parameters<typeof AsSql.asSql>[1]]): Promise<void> {
  const [{ asSql }, { STORE_PLACE }] = await Promise.all([
    import('../../events/as-sql.ts'),
    import('../../lake/schema.ts'),
  ]);
  navigate({ page: 'sql', statement: asSql(query, span, STORE_PLACE) });
}

/** Changes the address; what is not named stays. */
function useGo(address: HistoryAddress) {
  return useCallback(
    (changes: Partial<HistoryAddress>, how: 'push' | 'replace' = 'push') =>
      navigate({ page: 'events', search: formatAddress({ ...address, ...changes }) }, how),
    [address],
  );
}

function useCounts(buckets: readonly { readonly count: number; readonly errors: number }[] | undefined) {
  return useMemo(
    () =>
      buckets && {
        events: buckets.reduce((sum, { count }) => sum + count, 0),
        errors: buckets.reduce((sum, { errors }) => sum + errors, 0),
      },
    [buckets],
  );
}

/** What came in since, on top of what was there when the switch was turned. */
function liveEvents(
  fresh: readonly TrailEvent[],
  before: readonly TrailEvent[],
  reads: boolean,
): readonly TrailEvent[] {
  const ids = new Set(fresh.map(({ id }) => id));
  return [...fresh, ...before.filter((event) => !ids.has(event.id) && (reads || !event.readOnly))];
}
