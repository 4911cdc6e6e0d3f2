import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { tagRows, type Tag } from '../../../store/settings/tag-rows.ts';
import { findAlarm, type AlarmSettings } from '../alarms/alarm-store.ts';
import { invalidValue, resourceNotFound } from '../metrics-errors.ts';
import type { MetricTables } from '../settings.ts';
import type { AlarmDeps } from './alarm-operation.ts';
import { metricOperation } from './metric-operation.ts';

const MOST = 50;

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(MOST);

const alarmTagRows = tagRows<MetricTables>('alarm_tags', 'alarm_arn');

/** Throws InvalidParameterValueException. */
export function readTags(tags: z.output<typeof tagList>): readonly Tag[] {
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw invalidValue('Tags name a key twice.');
  const reserved = tags.find(({ Key }) => /^aws:/i.test(Key));
  if (reserved !== undefined)
    throw invalidValue(`The tag key ${reserved.Key} begins with aws:, which is reserved.`);
  return tags;
}

/** Throws InvalidParameterValueException. */
export async function saveTags(tx: AlarmSettings, arn: string, tags: readonly Tag[]): Promise<void> {
  if ((await alarmTagRows.save(tx, arn, tags)) > MOST) throw invalidValue(`An alarm may have ${MOST} tags.`);
}

/** Of alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html */
export function alarmTags({ settings }: AlarmDeps): readonly Operation[] {
  const ResourceARN = z.string().min(1).max(1024);
  const resources: Operation['resources'] = (input) => [String(input['ResourceARN'])];
  const own = async (arn: string, { accountId, region }: CallContext): Promise<void> => {
    const alarm = await findAlarm(settings, arn);
    if (alarm?.account !== accountId || alarm.region !== region) throw resourceNotFound(arn);
  };
  return [
    metricOperation('TagResource', {
      resources,
      handle: async (input, context) => {
        const read = validateInput({ ResourceARN, Tags: tagList }, input);
        const tags = readTags(read.Tags);
        await own(read.ResourceARN, context);
        await settings.transaction().execute((tx) => saveTags(tx, read.ResourceARN, tags));
      },
    }),
    metricOperation('UntagResource', {
      resources,
      handle: async (input, context) => {
        const read = validateInput({ ResourceARN, TagKeys: z.array(z.string()).max(MOST) }, input);
        await own(read.ResourceARN, context);
        await alarmTagRows.drop(settings, read.ResourceARN, read.TagKeys);
      },
    }),
    metricOperation('ListTagsForResource', {
      resources,
      handle: async (input, context) => {
        const read = validateInput({ ResourceARN }, input);
        await own(read.ResourceARN, context);
        return { Tags: await alarmTagRows.of(settings, read.ResourceARN) };
      },
    }),
  ];
}
