import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import type { MetricDatum } from '../../../aws/ports.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { MetricDeps } from '../deps.ts';
import { badCombination, invalidParameter, missingParameter, stored, tooLarge } from '../metrics-errors.ts';
import { samplesOf } from '../read-data.ts';
import { dimensionList, namedDimensions, namespace } from './input.ts';
import { metricOperation } from './metric-operation.ts';

const MOST = 1000;

const datum = z.strictObject({
  MetricName: z.string().default(''),
  Dimensions: dimensionList.optional(),
  Timestamp: z.date().optional(),
  Value: z.number().optional(),
  StatisticValues: z
    .object({ SampleCount: z.number(), Sum: z.number(), Minimum: z.number(), Maximum: z.number() })
    .optional(),
  Values: z.array(z.number()).optional(),
  Counts: z.array(z.number()).optional(),
  Unit: z.string().optional(),
  StorageResolution: z.number().optional(),
});

type Given = z.output<typeof datum>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export function putMetricData({ store, clock, heard }: MetricDeps): Operation {
  return metricOperation('PutMetricData', {
    conditionKeys: async (input) => ({ 'cloudwatch:namespace': input['Namespace'] as string | undefined }),
    handle: async (input, { accountId: account, region }) => {
      const shape = { Namespace: namespace, MetricData: z.array(z.unknown()).optional() };
      const { Namespace, MetricData = [] } = validateInput(shape, input);
      if (/^AWS\//i.test(Namespace)) throw invalidParameter(Namespace, 'Namespace', 'AWS/ is reserved.');
      if (MetricData.length === 0) throw missingParameter('MetricData');
      if (MetricData.length > MOST)
        throw tooLarge(`The collection MetricData must not have a size greater than ${MOST}.`);
      const where = { account, region, namespace: Namespace };
      const now = clock.now();
      const samples = MetricData.flatMap((one, index) => {
        const at = `MetricData.member.${index + 1}`;
        return samplesOf(datumOf(one, at), where, { at, now });
      });
      await stored(store.put(samples));
      heard(samples);
    },
  });
}

function datumOf(raw: unknown, at: string): MetricDatum {
  const defined = Object.fromEntries(
    Object.entries(raw as object).filter(([, value]) => value !== undefined && value !== null),
  );
  const read = datum.safeParse(defined);
  if (!read.success) {
    const [issue] = read.error.issues;
    const member = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
    throw invalidParameter(defined[String(issue?.path[0])] ?? '', `${at}.${member ?? ''}`, issue?.message);
  }
  const given = read.data;
  const { StorageResolution = 60, StatisticValues: statistics } = given;
  if (StorageResolution !== 1 && StorageResolution !== 60)
    throw invalidParameter(StorageResolution, `${at}.StorageResolution`);
  return {
    name: given.MetricName,
    dimensions: namedDimensions(given.Dimensions),
    time: given.Timestamp?.getTime(),
    unit: given.Unit,
    value: given.Value,
    statistics: statistics && {
      sampleCount: statistics.SampleCount,
      sum: statistics.Sum,
      minimum: statistics.Minimum,
      maximum: statistics.Maximum,
    },
    values: valuesOf(given, at),
    highResolution: StorageResolution === 1,
  };
}

/** Without counts each value was seen once. */
function valuesOf({ Values, Counts }: Given, at: string): MetricDatum['values'] {
  if (Values === undefined) {
    if (Counts === undefined) return undefined;
    throw badCombination(`The parameter ${at}.Counts needs ${at}.Values.`);
  }
  if (Counts !== undefined && Counts.length !== Values.length)
    throw badCombination(
      `The parameters ${at}.Values and ${at}.Counts must be of the same size (${Values.length} and ${Counts.length}).`,
    );
  return Values.map((value, index) => ({ value, count: Counts?.[index] ?? 1 }));
}
