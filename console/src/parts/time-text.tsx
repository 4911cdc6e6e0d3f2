import { useNow } from './use-now.ts';
import { localTime, localTimeWithZone, relativeTime, utcTime } from './time.ts';

/** A moment in the viewer's zone, how long ago where that is recent, and UTC on hover. */
export function TimeText({ ms, zone = false }: { readonly ms: number; readonly zone?: boolean }) {
  const now = useNow(30_000);
  if (ms === 0) return <>–</>;
  const relative = relativeTime(ms, now);
  return (
    <time className="ot-time" dateTime={new Date(ms).toISOString()} title={`${utcTime(ms)}\n${localTimeWithZone(ms)}`}>
      {zone ? localTimeWithZone(ms) : localTime(ms)}
      {relative && <span className="ot-secondary"> · {relative}</span>}
    </time>
  );
}
