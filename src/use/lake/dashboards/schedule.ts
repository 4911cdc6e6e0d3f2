import { invalidParameter } from '../queries/lake-errors.ts';

/** As the API has it. */
export type Schedule = {
  readonly Frequency?:
    { readonly Unit?: 'HOURS' | 'DAYS' | undefined; readonly Value?: number | undefined } | undefined;
  readonly Status?: 'ENABLED' | 'DISABLED' | undefined;
  /** HH:MM, UTC; of hours only the minutes count. */
  readonly TimeOfDay?: string | undefined;
};

const HOUR = 3_600_000;
const VALUES = { HOURS: [1, 6, 12, 24], DAYS: [1] } as const;

/** Throws InvalidParameterException. */
export function checkSchedule(schedule: Schedule): void {
  const { Unit: unit, Value: value } = schedule.Frequency ?? {};
  if (schedule.Status === 'ENABLED' && unit === undefined)
    throw invalidParameter('RefreshSchedule must have a Frequency with a Unit and a Value.');
  if (unit !== undefined && !(VALUES[unit] as readonly number[]).includes(value ?? 0))
    throw invalidParameter(
      `RefreshSchedule: with the Unit ${unit} the Value must be one of ${VALUES[unit].join(', ')} (got ${value}).`,
    );
  const time = schedule.TimeOfDay;
  if (time !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(time))
    throw invalidParameter(`RefreshSchedule: TimeOfDay must be HH:MM (got "${time}").`);
}

/** When it has its next turn after `now`; null when it is off. */
export function nextTurn(schedule: Schedule | undefined, now: number): number | null {
  const { Unit: unit, Value: value } = schedule?.Frequency ?? {};
  if (schedule?.Status !== 'ENABLED' || unit === undefined || value === undefined) return null;
  const [hours = 0, minutes = 0] = (schedule.TimeOfDay ?? '00:00').split(':').map(Number);
  const period = (unit === 'DAYS' ? 24 : value) * HOUR;
  const offset = (unit === 'DAYS' || value === 24 ? hours * HOUR : 0) + minutes * 60_000;
  return (Math.floor((now - offset) / period) + 1) * period + offset;
}
