import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { findAlarm, type AlarmSettings } from '../alarms/alarm-store.ts';
import { invalidValue, resourceNotFound } from '../metrics-errors.ts';
import type { AlarmDeps } from './alarm-operation.ts';
import { metricOperation } from './metric-operation.ts';

const MOST = 50;

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(MOST);

type Tags = readonly (readonly [key: string, value: string])[];

/** Throws InvalidParameterValueException. */
export function readTags(tags: z.output<typeof tagList>): Tags {
  const read = tags.map(({ Key, Value }) => [Key, Value] as const);
  if (new Set(read.map(([key]) => key)).size < read.length) throw invalidValue('Tags name a key twice.');
  const reserved = read.find(([key]) => /^aws:/i.test(key));
  if (reserved !== undefined)
    throw invalidValue(`The tag key ${reserved[0]} begins with aws:, which is reserved.`);
  return read;
}

export async function saveTags(tx: AlarmSettings, alarm_arn: string, tags: Tags): Promise<void> {
  for (const [key, value] of tags) {
    await tx
      .insertInto('alarm_tags')
      .values({ alarm_arn, key, value })
      .onConflict((conflict) => conflict.columns(['alarm_arn', 'key']).doUpdateSet({ value }))
      .execute();
  }
}

/** Of alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html */
export function alarmTags({ settings }: AlarmDeps): readonly Operation[] {
  const ResourceARN = z.string().min(1).max(1024);
  const resources: Operation['resources'] = (input) => [String(input['ResourceARN'])];
  const own = async (arn: string, { accountId, region }: CallContext): Promise<void> => {
    const alarm = await findAlarm(settings, arn);
    if (alarm?.account !== accountId || alarm.region !== region) throw resourceNotFound(arn);
  };
  const tagsOf = (arn: string) =>
    settings.selectFrom('alarm_tags').selectAll().where('alarm_arn', '=', arn).orderBy('key');
  return [
    metricOperation('TagResource', {
      resources,
      handle: async (input, context) => {
        const read = validateInput({ ResourceARN, Tags: tagList }, input);
        const tags = readTags(read.Tags);
        await own(read.ResourceARN, context);
        await settings.transaction().execute(async (tx) => {
          await saveTags(tx, read.ResourceARN, tags);
          const all = await tx
            .selectFrom('alarm_tags')
            .select('key')
            .where('alarm_arn', '=', read.ResourceARN)
            .execute();
          if (all.length > MOST) throw invalidValue(`An alarm may have ${MOST} tags.`);
        });
      },
    }),
    metricOperation('UntagResource', {
      resources,
      handle: async (input, context) => {
        const read = validateInput({ ResourceARN, TagKeys: z.array(z.string()).max(MOST) }, input);
        await own(read.ResourceARN, context);
        if (read.TagKeys.length === 0) return;
        const of = settings.deleteFrom('alarm_tags').where('alarm_arn', '=', read.ResourceARN);
        await of.where('key', 'in', read.TagKeys).execute();
      },
    }),
    metricOperation('ListTagsForResource', {
      resources,
      handle: async (input, context) => {
        const read = validateInput({ ResourceARN }, input);
        await own(read.ResourceARN, context);
        const tags = await tagsOf(read.ResourceARN).execute();
        return { Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
      },
    }),
  ];
}
