import {
  CloudWatchClient,
  PutMetricDataCommand,
  type MetricDatum as SentDatum,
} from '@aws-sdk/client-cloudwatch';

import type { MetricDatum, MetricPort } from './ports.ts';
import { told } from './sdk-error.ts';
import { byRegion, clientOptions, type ServiceEndpoint } from './service-client.ts';

/** Data of one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MOST = 1000;

/**
 * A CloudWatch by endpoint, in the account of the key that signs. Namespaces that begin with `AWS/` are its own and refused there. Failures are
 * AwsError with CloudWatch's own code; `ServiceUnavailable` when nobody answers.
 */
export function createMetricData(where: ServiceEndpoint): MetricPort {
  const clientOf = byRegion((region) => new CloudWatchClient(clientOptions(where, region)));
  return {
    put: async ({ region, namespace, data }) => {
      for (let from = 0; from < data.length; from += MOST) {
        const MetricData = data.slice(from, from + MOST).map(sentDatum);
        await told(clientOf(region).send(new PutMetricDataCommand({ Namespace: namespace, MetricData })));
      }
    },
  };
}

function sentDatum(datum: MetricDatum): SentDatum {
  const { statistics, values } = datum;
  return {
    MetricName: datum.name,
    Dimensions: datum.dimensions?.map(({ name, value }) => ({ Name: name, Value: value })),
    Timestamp: datum.time === undefined ? undefined : new Date(datum.time),
    Unit: datum.unit as SentDatum['Unit'],
    Value: datum.value,
    StatisticValues: statistics && {
      SampleCount: statistics.sampleCount,
      Sum: statistics.sum,
      Minimum: statistics.minimum,
      Maximum: statistics.maximum,
    },
    Values: values?.map(({ value }) => value),
    Counts: values?.map(({ count }) => count),
    StorageResolution: datum.highResolution === true ? 1 : undefined,
  };
}
