import { AwsError } from '../../aws/errors.ts';
import { invalidParameter } from './sns-errors.ts';
import type { SnsSettings } from './topic-store.ts';

export type Tag = { readonly Key: string; readonly Value: string };

const MOST = 50;

export async function tagsOf(settings: SnsSettings, arn: string): Promise<Tag[]> {
  const rows = await settings
    .selectFrom('sns_tags')
    .selectAll()
    .where('topic_arn', '=', arn)
    .orderBy('key')
    .execute();
  return rows.map((row) => ({ Key: row.key, Value: row.value }));
}

/** Throws InvalidParameter for keys that come twice or are AWS's, TagLimitExceeded beyond 50. */
export async function putTags(tx: SnsSettings, arn: string, tags: readonly Tag[]): Promise<void> {
  const keys = new Set(tags.map(({ Key }) => Key));
  if (keys.size < tags.length) throw invalidParameter('Duplicated keys are not allowed.');
  if ([...keys].some((one) => one.toLowerCase().startsWith('aws:')))
    throw invalidParameter('Tags', 'Tag keys beginning with aws: are reserved');
  for (const { Key, Value } of tags) {
    await tx
      .insertInto('sns_tags')
      .values({ topic_arn: arn, key: Key, value: Value })
      .onConflict((on) => on.columns(['topic_arn', 'key']).doUpdateSet({ value: Value }))
      .execute();
  }
  if ((await tagsOf(tx, arn)).length > MOST)
    throw new AwsError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded');
}
