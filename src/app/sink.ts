import type { CapturedCall, CaptureSink, NamedCall } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';
import type { Recorder } from '../record/contract.ts';
import type { EventRecord } from '../record/event-record.ts';
import type { Intake } from '../store/journal/contract.ts';

export type SinkDeps = {
  readonly recorder: Recorder;
  readonly intake: Intake;
  /** Everything that was captured, also data events that nobody keeps. */
  readonly publish: (event: EventRecord) => void;
  /** Whether anybody listens to what is published. */
  readonly isHeard: () => boolean;
  readonly dataEvents: Config['data_events'];
  /** Whether some trail or store wants data events at all. */
  readonly selectsData: () => boolean;
  /** Whether some trail or store wants this data event. */
  readonly selects: (event: EventRecord) => boolean;
};

/** Joins capture to record and store: a call becomes a record, the record an entry, and only then may the answer leave. */
export function createSink(deps: SinkDeps): CaptureSink {
  const { recorder, intake } = deps;
  const mayBeKept = (named: NamedCall) =>
    recorder.kindOf(named).category === 'Management' || mayKeepData(deps);
  return {
    // Asked once for each call: whoever is told no refuses the call, and it counts as rejected.
    accepting: () => {
      const accepting = intake.accepting();
      if (!accepting) intake.rejected();
      return accepting;
    },
    wantsIntent: (named) => !recorder.kindOf(named).readOnly && mayBeKept(named),
    intent: (call) => intake.intent(recorder.buildIntent(call)),
    outcome: (call) => keep(deps, call),
  };
}

async function keep(deps: SinkDeps, call: CapturedCall): Promise<void> {
  if (isForNobody(deps, call)) {
    await deps.intake.drop(call.eventId);
    return;
  }
  const built = deps.recorder.build(call);
  const event = built instanceof Promise ? await built : built;
  await keepEvent(deps, event);
  for (const copy of event.copies ?? []) await keepEvent(deps, copy);
}

function mayKeepData({ dataEvents, selectsData }: SinkDeps): boolean {
  return dataEvents === 'all' || (dataEvents === 'selected' && selectsData());
}

/** A data event that is neither kept nor heard is only counted: its record would be made to be thrown away. */
function isForNobody(deps: SinkDeps, { named }: CapturedCall): boolean {
  if (mayKeepData(deps) || deps.isHeard()) return false;
  return deps.recorder.kindOf(named).category === 'Data';
}

async function keepEvent(deps: SinkDeps, event: EventRecord): Promise<void> {
  if (event.columns.category === 'Data' && !isKept(deps, event)) await deps.intake.drop(event.columns.id);
  else await deps.intake.record(event);
  deps.publish(event);
}

function isKept({ dataEvents, selects }: SinkDeps, event: EventRecord): boolean {
  if (dataEvents === 'selected') return selects(event);
  return dataEvents === 'all';
}
