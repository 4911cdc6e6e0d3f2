import { Counter, type Registry } from '../../base/metrics.ts';

export type IntakeCounters = {
  readonly received: Counter;
  readonly recorded: Counter;
  readonly rejected: Counter;
  readonly unselected: Counter;
  readonly unrecorded: Counter;
};

/** received == recorded + rejected + unselected + unrecorded, at rest. */
export function createIntakeCounters(registry: Registry): IntakeCounters {
  const counter = (name: string, help: string) =>
    new Counter({ name: `opentrail_${name}_total`, help, registers: [registry] });
  return {
    received: counter('received', 'Calls and records that came in, and those Opentrail made itself.'),
    recorded: counter('recorded', 'Of these: in the journal.'),
    rejected: counter('rejected', 'Of these: refused, and the sender was told.'),
    unselected: counter('unselected', 'Of these: data events that nobody asked to keep.'),
    unrecorded: counter('unrecorded', 'Of these: passed unrecorded, counted in a gap record.'),
  };
}
