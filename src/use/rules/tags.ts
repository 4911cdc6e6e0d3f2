import { TAG_TEXT } from '../../aws/tag-text.ts';
import { tagRows, type Tag } from '../../store/settings/tag-rows.ts';
import { invalid, limitExceeded } from './rule-errors.ts';
import type { RuleSettings, RuleTables } from './settings.ts';

export const eventTags = tagRows<RuleTables>('event_tags', 'arn');

const MOST = 50;

/** Throws ValidationException. */
export function readTags(tags: readonly Tag[]): readonly Tag[] {
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    if (!TAG_TEXT.test(Key) || /^aws:/i.test(Key)) throw invalid(`Invalid tag key: ${JSON.stringify(Key)}`);
    if (!TAG_TEXT.test(Value)) throw invalid(`Invalid value of the tag ${JSON.stringify(Key)}.`);
    if (keys.has(Key)) throw invalid(`The tag key ${JSON.stringify(Key)} is given more than once.`);
    keys.add(Key);
  }
  return tags;
}

/** Throws LimitExceededException. */
export async function saveTags(tx: RuleSettings, arn: string, tags: readonly Tag[]): Promise<void> {
  if ((await eventTags.save(tx, arn, tags)) > MOST)
    throw limitExceeded(`A resource can have no more than ${MOST} tags.`);
}
