import type { Operation } from '../../../aws/operation.ts';
import type { EventBusPort, FunctionPort, TopicPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import type { MetricSample, MetricStore } from '../../../store/contract.ts';
import type { AlarmDeps } from '../operations/alarm-operation.ts';
import { alarmTags } from '../operations/alarm-tags.ts';
import { alarmActions, deleteAlarms, setAlarmState } from '../operations/change-alarms.ts';
import { describeAlarmHistory } from '../operations/describe-alarm-history.ts';
import { describeAlarms, describeAlarmsForMetric } from '../operations/describe-alarms.ts';
import { putMetricAlarm } from '../operations/put-metric-alarm.ts';
import type { AlarmSettings } from './alarm-store.ts';
import { createAlarmNotices } from './send-notices.ts';
import { createAlarmWatch } from './watch.ts';

export type AlarmsDeps = {
  readonly settings: AlarmSettings;
  readonly store: MetricStore;
  readonly topics: Pick<TopicPort, 'publish'>;
  readonly functions: Pick<FunctionPort, 'invoke'> | undefined;
  readonly buses: () => EventBusPort | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

export type Alarms = Stoppable & {
  readonly operations: readonly Operation[];
  readonly heard: (samples: readonly MetricSample[]) => void;
  /** Watches and tells from now on. */
  readonly start: () => Promise<void>;
  /** One look at what is due, and what is to be told of it; for tests with a clock of their own. */
  readonly round: () => Promise<void>;
};

/** Alarms on metrics, and who is told of them. */
export function createAlarms(deps: AlarmsDeps): Alarms {
  const notices = createAlarmNotices(deps);
  const watch = createAlarmWatch({ ...deps, changed: notices.wake });
  const { settings, clock } = deps;
  const { renew, forget } = watch;
  const parts: AlarmDeps = { settings, clock, renew, forget, changed: notices.wake };
  return {
    operations: [
      putMetricAlarm(parts),
      describeAlarms(parts),
      describeAlarmsForMetric(parts),
      describeAlarmHistory(parts),
      deleteAlarms(parts),
      ...alarmActions(parts),
      setAlarmState(parts),
      ...alarmTags(parts),
    ],
    heard: watch.heard,
    start: async () => {
      notices.start();
      await watch.start();
    },
    round: async () => {
      await watch.round();
      await notices.send();
    },
    stop: async () => {
      await watch.stop();
      await notices.stop();
    },
  };
}
