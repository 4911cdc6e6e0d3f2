import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { Tag } from '../../../store/settings/tag-rows.ts';
import { alarmArn, findAlarm, noteHistory } from '../alarms/alarm-store.ts';
import { checkActions } from '../alarms/actions.ts';
import { COMPARISONS, TREATMENTS } from '../alarms/comparison.ts';
import { shownAlarm } from '../alarms/shown-alarm.ts';
import {
  badCombination,
  invalidValue,
  limitExceeded,
  missingParameter,
  notBuilt,
} from '../metrics-errors.ts';
import { sortedDimensions } from '../read-data.ts';
import type { AlarmRow } from '../settings.ts';
import { BASIC, readStatistic } from '../statistics/statistic.ts';
import { isUnit } from '../units.ts';
import { alarmOperation, type AlarmDeps } from './alarm-operation.ts';
import { readTags, saveTags, tagList } from './alarm-tags.ts';
import { alarmName, dimensionList, metricName, namedDimensions, namespace } from './input.ts';

const DAY = 86_400;
/** Of an account in a region: as many as AWS lets anybody have unasked. */
const MOST_ALARMS = 5000;

const actions = z.array(z.string().min(1).max(1024)).max(5).default([]);

const shape = {
  AlarmName: alarmName,
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: z.boolean().default(true),
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  MetricName: metricName.optional(),
  Namespace: namespace.optional(),
  Statistic: z.enum(BASIC).optional(),
  ExtendedStatistic: z.string().optional(),
  Dimensions: dimensionList.optional(),
  Period: z.number().optional(),
  Unit: z.string().refine(isUnit, 'Member must be a unit of CloudWatch').optional(),
  EvaluationPeriods: z.number().int().min(1).optional(),
  DatapointsToAlarm: z.number().int().min(1).optional(),
  Threshold: z.number().optional(),
  ComparisonOperator: z.string().optional(),
  TreatMissingData: z.enum(TREATMENTS).optional(),
  EvaluateLowSampleCountPercentile: z.enum(['evaluate', 'ignore']).optional(),
  Tags: tagList.optional(),
};

type Input = z.output<z.ZodObject<typeof shape>>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export function putMetricAlarm(deps: AlarmDeps): Operation {
  return alarmOperation('PutMetricAlarm', {
    of: 'AlarmName',
    handle: async (input, context) => {
      for (const name of ['Metrics', 'ThresholdMetricId', 'EvaluationCriteria', 'EvaluationInterval'])
        if (input[name] !== undefined && input[name] !== null)
          throw notBuilt(name, 'alarms on metric math, queries and anomaly bands');
      const read = validateInput(shape, input);
      const tags = readTags(read.Tags ?? []);
      const row = rowOf(read, context, deps.clock.now());
      if (tags.length > 0) context.authorize('cloudwatch:TagResource', row.arn);
      deps.renew(await save(deps, row, tags), 'now');
    },
  });
}

/** An alarm that is put again keeps its state, and its tags. */
async function save({ settings, clock }: AlarmDeps, row: AlarmRow, tags: readonly Tag[]): Promise<AlarmRow> {
  return settings.transaction().execute(async (tx) => {
    const former = await findAlarm(tx, row.arn);
    const kept = former === undefined ? row : { ...row, ...stateOf(former) };
    if (former === undefined) {
      await checkCount(tx, row);
      await tx.insertInto('alarms').values(kept).execute();
      await saveTags(tx, row.arn, tags);
    } else {
      await tx.updateTable('alarms').set(kept).where('arn', '=', row.arn).execute();
    }
    const { account, region, name: alarm_name } = row;
    const what = former === undefined ? 'created' : 'updated';
    const summary = `Alarm "${row.name}" ${what}`;
    const data = JSON.stringify({
      version: '1.0',
      type: former === undefined ? 'Create' : 'Update',
      ...(former === undefined ? { createdAlarm: shownAlarm(kept) } : { updatedAlarm: shownAlarm(kept) }),
    });
    const entry = { account, region, alarm_name, at: clock.now(), summary, data };
    await noteHistory(tx, { ...entry, type: 'ConfigurationUpdate' });
    return kept;
  });
}

function stateOf({ state, reason, reason_data, state_updated_at }: AlarmRow) {
  return { state, reason, reason_data, state_updated_at };
}

async function checkCount(tx: AlarmDeps['settings'], { account, region }: AlarmRow): Promise<void> {
  const { count } = await tx
    .selectFrom('alarms')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('account', '=', account)
    .where('region', '=', region)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MOST_ALARMS)
    throw limitExceeded(`There are ${MOST_ALARMS} alarms in this region already; delete some first.`);
}

function rowOf(read: Input, { accountId: account, region }: CallContext, now: number): AlarmRow {
  const { AlarmName: name } = read;
  const needed = <Value>(value: Value | undefined, parameter: string): Value => {
    if (value === undefined) throw missingParameter(parameter);
    return value;
  };
  const metric_name = needed(read.MetricName, 'MetricName');
  const of = needed(read.Namespace, 'Namespace');
  const period = periodOf(needed(read.Period, 'Period'));
  const evaluation_periods = needed(read.EvaluationPeriods, 'EvaluationPeriods');
  checkReach(period, evaluation_periods);
  const datapoints = read.DatapointsToAlarm;
  if (datapoints !== undefined && datapoints > evaluation_periods)
    throw invalidValue('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  for (const list of ['OKActions', 'AlarmActions', 'InsufficientDataActions'] as const)
    checkActions(read[list], { parameter: list, region });
  return {
    arn: alarmArn({ region, account, name }),
    account,
    region,
    name,
    description: read.AlarmDescription ?? null,
    actions_enabled: read.ActionsEnabled ? 1 : 0,
    ok_actions: JSON.stringify(read.OKActions),
    alarm_actions: JSON.stringify(read.AlarmActions),
    insufficient_data_actions: JSON.stringify(read.InsufficientDataActions),
    namespace: of,
    metric_name,
    dimensions: JSON.stringify(sortedDimensions(namedDimensions(read.Dimensions), 'PutMetricAlarm')),
    statistic: statisticOf(read),
    unit: read.Unit ?? null,
    period,
    evaluation_periods,
    datapoints_to_alarm: datapoints ?? null,
    threshold: needed(read.Threshold, 'Threshold'),
    comparison: comparisonOf(needed(read.ComparisonOperator, 'ComparisonOperator')),
    treat_missing: read.TreatMissingData ?? null,
    low_samples: read.EvaluateLowSampleCountPercentile ?? null,
    configured_at: now,
    state: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    reason_data: null,
    state_updated_at: now,
  };
}

function statisticOf({ Statistic, ExtendedStatistic, EvaluateLowSampleCountPercentile }: Input): string {
  if (Statistic !== undefined && ExtendedStatistic !== undefined)
    throw badCombination('You may specify Statistic or ExtendedStatistic, and not both.');
  if (Statistic !== undefined && EvaluateLowSampleCountPercentile !== undefined)
    throw badCombination('EvaluateLowSampleCountPercentile needs an ExtendedStatistic that is a percentile.');
  const statistic = Statistic ?? ExtendedStatistic;
  if (statistic === undefined) throw missingParameter('Statistic');
  if (Statistic === undefined && readStatistic(statistic, 'ExtendedStatistic').kind === 'basic')
    throw invalidValue(`${statistic} is not an extended statistic.`);
  return statistic;
}

function comparisonOf(text: string): string {
  if ((COMPARISONS as readonly string[]).includes(text)) return text;
  if (/(Lower|Upper)Threshold$/.test(text)) throw notBuilt('ComparisonOperator', 'anomaly bands');
  throw invalidValue(
    `The value ${text.slice(0, 200)} for parameter ComparisonOperator is invalid. It must be one of ${COMPARISONS.join(', ')}.`,
  );
}

/** Seconds. */
function periodOf(period: number): number {
  if (Number.isInteger(period) && ([10, 20, 30].includes(period) || (period >= 60 && period % 60 === 0)))
    return period;
  throw invalidValue('Period must be 10, 20, 30 or a multiple of 60');
}

function checkReach(period: number, periods: number): void {
  const most = period >= 3600 ? 7 * DAY : DAY;
  if (period * periods <= most) return;
  throw badCombination(
    `Metrics cannot be checked across more than ${most === DAY ? 'a day' : 'seven days'} (EvaluationPeriods * Period must be <= ${most}).`,
  );
}
