import { uuidFrom } from '../../../../base/ids.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * An Insights event as event data stores have it: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-lake.html
 * Its id follows from that of the trails' form and its source, since one store may be the destination of several; the shared id is the same in all.
 * Of the attributions only the lists are told, not the values that AWS has deprecated.
 */
export function lakeForm(record: Json, sourceArn: string): Json {
  const details = objectOf(record['insightDetails']);
  const context = objectOf(details['insightContext']);
  const statistics = objectOf(context['statistics']);
  return {
    eventVersion: record['eventVersion'],
    eventCategory: 'Insight',
    eventType: record['eventType'],
    eventID: uuidFrom(`${String(record['eventID'])} ${sourceArn}`),
    eventTime: record['eventTime'],
    awsRegion: record['awsRegion'],
    recipientAccountId: record['recipientAccountId'],
    sharedEventID: record['sharedEventID'],
    addendum: record['addendum'],
    insightSource: sourceArn,
    insightState: details['state'],
    insightEventSource: details['eventSource'],
    insightEventName: details['eventName'],
    insightErrorCode: details['errorCode'],
    insightType: details['insightType'],
    insightContext: {
      baselineAverage: objectOf(statistics['baseline'])['average'],
      insightAverage: objectOf(statistics['insight'])['average'],
      baselineDuration: statistics['baselineDuration'],
      insightDuration: statistics['insightDuration'],
      attributions: context['attributions'],
    },
  };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
