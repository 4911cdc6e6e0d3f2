import { z } from 'zod';

import type { Settings } from '../../../store/settings/contract.ts';
import { tagRows, type Tag } from '../../../store/settings/tag-rows.ts';
import { invalidRequest } from '../athena-errors.ts';
import type { AthenaTables } from '../settings.ts';

const MOST = 50;

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).optional() }))
  .max(200);

export const athenaTags = tagRows<AthenaTables>('athena_tags', 'arn');

export function readTags(tags: z.output<typeof tagList>): readonly Tag[] {
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw invalidRequest('Tags name a key twice.');
  return tags.map(({ Key, Value = '' }) => ({ Key, Value }));
}

export async function saveTags(tx: Settings<AthenaTables>, arn: string, tags: readonly Tag[]): Promise<void> {
  if ((await athenaTags.save(tx, arn, tags)) > MOST)
    throw invalidRequest(`A resource may have ${MOST} tags.`);
}
