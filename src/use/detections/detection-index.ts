import type { EventColumns } from '../../record/event-record.ts';
import type { Detection, DetectedEvent, Step } from './detection.ts';

/** A step of a detection, and whose: `*`, or an account. */
export type Watched = {
  readonly detection: Detection;
  readonly step: Step;
  readonly at: number;
  readonly owner: string;
  /** Of no record that is newer, ms: then it was disabled. */
  readonly until: number;
};

export type DetectionIndex = {
  /** Who watches for such a record; `event` is asked only where somebody may. */
  readonly find: (columns: EventColumns, raw: Uint8Array, event: () => DetectedEvent) => readonly Watched[];
  readonly size: number;
};

/** Detections by the names of the events that they watch for, so that most records cost one look into a map. */
export function createDetectionIndex(
  detections: readonly Pick<Watched, 'detection' | 'owner' | 'until'>[],
): DetectionIndex {
  const byName = new Map<string, Watched[]>();
  const others: Watched[] = [];
  for (const { detection, owner, until } of detections) {
    for (const [at, step] of detection.steps.entries()) {
      const watched: Watched = { detection, step, at, owner, until };
      if (step.matcher.names === undefined) others.push(watched);
      else for (const name of step.matcher.names) add(byName, name.toLowerCase(), watched);
    }
  }
  return {
    size: detections.length,
    find: (columns, raw, event) => {
      const found: Watched[] = [];
      for (const list of [byName.get(columns.name.toLowerCase()), others])
        for (const watched of list ?? []) {
          const { matcher } = watched.step;
          if (watched.owner !== '*' && watched.owner !== columns.account) continue;
          if (columns.time * 1000 > watched.until) continue;
          if (matcher.may(columns, raw) && matcher.holds(event())) found.push(watched);
        }
      return found;
    },
  };
}

function add(map: Map<string, Watched[]>, name: string, watched: Watched): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [watched]);
  else list.push(watched);
}
