import { isoSeconds } from '../../base/clock.ts';
import { uuidFrom } from '../../base/ids.ts';
import { serviceEvent } from '../../base/service-event.ts';
import type { JournalInput } from '../contract.ts';
import type { Gap, JournalDamage } from './contract.ts';

/** Whose trail a gap is told in: the account of the installation, its home region. */
export type Teller = { readonly accountId: string; readonly region: string };

/**
 * One CloudTrail record that says how many calls passed unrecorded, from when to when, and why. Its eventID follows from the gap, so that
 * the same gap is never told twice.
 */
export function gapRecord(gap: Gap, teller: Teller): JournalInput {
  return serviceRecord(uuidFrom(`gap:${gap.id}`), gap.to, teller, {
    from: new Date(gap.from).toISOString(),
    to: new Date(gap.to).toISOString(),
    unrecordedCalls: gap.count,
    reason: gap.reason,
  });
}

/** The same for entries that were recorded and then lost to damage of the journal's files. Some may have been intents. */
export function damageRecord(damage: JournalDamage, at: number, teller: Teller): JournalInput {
  return serviceRecord(uuidFrom(`damage:${damage.file}:${damage.from}:${damage.to}`), at, teller, {
    fromSequence: damage.from,
    toSequence: damage.to,
    unrecordedCalls: Math.max(0, damage.to - damage.from + 1),
    reason: `journal file ${damage.file} was ${damage.to < damage.from ? 'altered' : 'damaged'}`,
  });
}

function serviceRecord(
  id: string,
  time: number,
  { accountId: account, region }: Teller,
  details: Readonly<Record<string, unknown>>,
): JournalInput {
  const eventTime = isoSeconds(time);
  const raw = serviceEvent({ eventID: id, eventName: 'RecordingGap', eventTime, account, region, details });
  return { kind: 'record', origin: 'captured', id, raw };
}
