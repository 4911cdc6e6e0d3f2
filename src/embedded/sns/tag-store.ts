import { AwsError } from '../../aws/errors.ts';
import { tagRows, type Tag } from '../../store/settings/tag-rows.ts';
import type { SnsTables } from './settings.ts';
import { invalidParameter } from './sns-errors.ts';
import type { SnsSettings } from './topic-store.ts';

const MOST = 50;

export const topicTags = tagRows<SnsTables>('sns_tags', 'topic_arn');

/** Throws InvalidParameter for keys that come twice or are AWS's, TagLimitExceeded beyond 50. */
export async function putTags(tx: SnsSettings, arn: string, tags: readonly Tag[]): Promise<void> {
  const keys = new Set(tags.map(({ Key }) => Key));
  if (keys.size < tags.length) throw invalidParameter('Duplicated keys are not allowed.');
  if ([...keys].some((one) => one.toLowerCase().startsWith('aws:')))
    throw invalidParameter('Tags', 'Tag keys beginning with aws: are reserved');
  if ((await topicTags.save(tx, arn, tags)) > MOST)
    throw new AwsError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded');
}
