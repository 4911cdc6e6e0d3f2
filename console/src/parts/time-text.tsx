import { useNow } from './use-now.ts';
import { localTime, localTimeWithZone, relativeTime, utcTime } from './time.ts';

type Props = {
  readonly ms: number;
  /** Names the zone. */
  readonly zone?: boolean;
  /** Leaves out the date of what is less than an hour old. */
  readonly brief?: boolean;
};

/** A moment in the viewer's zone, how long ago where that is recent, and UTC on hover. */
export function TimeText({ ms, zone = false, brief = false }: Props) {
  const now = useNow(30_000);
  if (ms === 0) return <>–</>;
  const recent = now - ms < 3_600_000;
  const relative = brief && !recent ? undefined : relativeTime(ms, now);
  return (
    <time
      className="ot-time"
      dateTime={new Date(ms).toISOString()}
      title={`${utcTime(ms)}\n${localTimeWithZone(ms)}`}
    >
      {zone ? localTimeWithZone(ms) : brief && relative ? localTime(ms).slice(11) : localTime(ms)}
      {relative && <span className="ot-secondary"> · {relative}</span>}
    </time>
  );
}
