import { useEffect, useRef } from 'react';

import { followStream } from '../../aws/follow-stream.ts';
import { parseRecord, textAt } from '../../events/record.ts';
import { useConnection } from '../../session/context.tsx';

/** What is asked because of it is recorded and delivered too: often enough to be live, seldom enough not to fill a trail. */
const LEAST_MS = 10_000;

/**
 * Tells that a trail delivered (or could not), or was changed: the stream says so, hence nothing is asked by a timer. The first time at once,
 * then at most every ten seconds, and only while somebody looks at the page. Where the stream may not be read, nothing is told.
 */
export function useDeliveries(onNews: () => void): void {
  const { api } = useConnection();
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    const stop = new AbortController();
    let timer: number | undefined;
    let told = 0;
    const take = (line: string) => {
      if (timer !== undefined || !isNews(line)) return;
      const wait = Math.max(500, told + LEAST_MS - Date.now());
      timer = window.setTimeout(() => {
        timer = undefined;
        told = Date.now();
        if (document.visibilityState === 'visible') latest.current();
      }, wait);
    };
    const ignore = () => undefined;
    void followStream(api, {
      everywhere: false,
      take,
      setState: ignore,
      setError: ignore,
      signal: stop.signal,
    });
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [api]);
}

const DELIVERIES = new Set(['PutObject', 'Publish', 'PutLogEvents']);

export function isNews(line: string): boolean {
  // Most records are none of these, and need not be parsed.
  if (!line.includes('cloudtrail.amazonaws.com')) return false;
  const record = parseRecord(line);
  if (textAt(record, 'eventSource') === 'cloudtrail.amazonaws.com') return record['readOnly'] === false;
  return (
    textAt(record, 'userIdentity', 'invokedBy') === 'cloudtrail.amazonaws.com' &&
    DELIVERIES.has(textAt(record, 'eventName'))
  );
}
