import { useCallback, useRef, useState } from 'react';

import type { TrailEvent } from '../../events/trail-event.ts';
import { lookupPage, type Search } from '../../events/lookup.ts';
import { saveFile } from '../../parts/save-file.ts';
import { useConnection } from '../../session/context.tsx';
import { EXPORT_LIMIT, fileWriter, type ExportFormat } from './export-file.ts';

type ExportState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly count: number }
  | { readonly phase: 'done'; readonly count: number; readonly cut: boolean }
  | { readonly phase: 'failed'; readonly error: unknown };

export type Export = {
  readonly state: ExportState;
  readonly savePage: (events: readonly TrailEvent[], format: ExportFormat) => void;
  readonly saveAll: (search: Search, format: ExportFormat) => void;
  readonly cancel: () => void;
};

/** Writes events into a file: what is on the page, or everything that matches, a page at a time and up to a limit. */
export function useExport(): Export {
  const { api } = useConnection();
  const [state, setState] = useState<ExportState>({ phase: 'idle' });
  const running = useRef<AbortController>(undefined);

  const savePage = useCallback((events: readonly TrailEvent[], format: ExportFormat) => {
    const writer = fileWriter(format);
    save([writer.open, ...events.map(writer.event), writer.close], writer.type, format);
  }, []);

  const saveAll = useCallback(
    (search: Search, format: ExportFormat) => {
      const stop = new AbortController();
      running.current = stop;
      setState({ phase: 'running', count: 0 });
      const writer = fileWriter(format);
      const parts = [writer.open];
      const collect = async () => {
        let token: string | undefined;
        let count = 0;
        do {
          const pageSize = Math.min(1000, EXPORT_LIMIT - count);
          const page = await lookupPage(api, { ...search, pageSize, token }, stop.signal);
          for (const event of page.events) parts.push(writer.event(event, count++));
          token = page.next;
          setState({ phase: 'running', count });
        } while (token !== undefined && count < EXPORT_LIMIT && !stop.signal.aborted);
        save([...parts, writer.close], writer.type, format);
        setState({ phase: 'done', count, cut: token !== undefined });
      };
      collect().catch((error: unknown) =>
        setState(stop.signal.aborted ? { phase: 'idle' } : { phase: 'failed', error }),
      );
    },
    [api],
  );
  const cancel = useCallback(() => {
    running.current?.abort();
    setState({ phase: 'idle' });
  }, []);
  return { state, savePage, saveAll, cancel };
}

function save(parts: readonly string[], type: string, ending: ExportFormat): void {
  saveFile(parts, { name: 'opentrail-events', type, ending });
}
