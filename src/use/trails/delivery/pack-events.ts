import { createHash } from 'node:crypto';

import { createGate } from './gate.ts';
import { packRecords, type PackedFile } from './log-file.ts';
import type { SelectedEvent } from './select-events.ts';

export type Pack = (events: readonly SelectedEvent[]) => Promise<PackedFile>;

export const packEvents: Pack = (events) => packRecords(events.map(({ raw }) => raw));

/** Trails that selected the same share one file's bytes, which are made once. To be dropped with the delivery that it is for: it remembers all that it made. */
export function createSharedPack(): Pack {
  const made = new Map<string, Promise<PackedFile>>();
  // Compressing more at a time would only hold more in memory.
  const gate = createGate(2);
  return (events) => {
    const content = contentOf(events);
    let file = made.get(content);
    if (file === undefined) {
      file = gate.run(() => packEvents(events));
      made.set(content, file);
    }
    return file;
  };
}

/** Entries never change, so their numbers tell the content. */
function contentOf(events: readonly SelectedEvent[]): string {
  return createHash('sha256')
    .update(Float64Array.from(events, ({ seq }) => seq))
    .digest('base64');
}
