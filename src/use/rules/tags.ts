import { invalid, limitExceeded } from './rule-errors.ts';
import type { RuleSettings } from './settings.ts';

type Tag = { readonly Key: string; readonly Value: string };

const MOST = 50;
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Throws ValidationException. */
export function readTags(tags: readonly Tag[]): readonly Tag[] {
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    if (!TEXT.test(Key) || /^aws:/i.test(Key)) throw invalid(`Invalid tag key: ${JSON.stringify(Key)}`);
    if (!TEXT.test(Value)) throw invalid(`Invalid value of the tag ${JSON.stringify(Key)}.`);
    if (keys.has(Key)) throw invalid(`The tag key ${JSON.stringify(Key)} is given more than once.`);
    keys.add(Key);
  }
  return tags;
}

/** Throws LimitExceededException. */
export async function saveTags(tx: RuleSettings, arn: string, tags: readonly Tag[]): Promise<void> {
  for (const { Key, Value } of tags) {
    await tx
      .insertInto('event_tags')
      .values({ arn, key: Key, value: Value })
      .onConflict((conflict) => conflict.columns(['arn', 'key']).doUpdateSet({ value: Value }))
      .execute();
  }
  if (tags.length > 0 && (await tagsOf(tx, arn)).length > MOST)
    throw limitExceeded(`A resource can have no more than ${MOST} tags.`);
}

export async function tagsOf(settings: RuleSettings, arn: string): Promise<readonly Tag[]> {
  const rows = await settings
    .selectFrom('event_tags')
    .select(['key', 'value'])
    .where('arn', '=', arn)
    .orderBy('key')
    .execute();
  return rows.map(({ key, value }) => ({ Key: key, Value: value }));
}

export async function forgetTags(
  tx: RuleSettings,
  arn: string,
  keys?: readonly string[] | undefined,
): Promise<void> {
  let asked = tx.deleteFrom('event_tags').where('arn', '=', arn);
  if (keys !== undefined) asked = asked.where('key', 'in', [...keys]);
  await asked.execute();
}
