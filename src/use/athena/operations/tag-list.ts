import { z } from 'zod';

import type { Settings } from '../../../store/settings/contract.ts';
import { invalidRequest } from '../athena-errors.ts';
import type { AthenaTables } from '../settings.ts';

const MOST = 50;

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).optional() }))
  .max(200);

export type Tags = readonly (readonly [key: string, value: string])[];

export function readTags(tags: z.output<typeof tagList>): Tags {
  const read = tags.map(({ Key, Value }) => [Key, Value ?? ''] as const);
  if (new Set(read.map(([key]) => key)).size < read.length) throw invalidRequest('Tags name a key twice.');
  return read;
}

export async function saveTags(tx: Settings<AthenaTables>, arn: string, tags: Tags): Promise<void> {
  for (const [key, value] of tags)
    await tx
      .insertInto('athena_tags')
      .values({ arn, key, value })
      .onConflict((conflict) => conflict.columns(['arn', 'key']).doUpdateSet({ value }))
      .execute();
  const all = await tx.selectFrom('athena_tags').select('key').where('arn', '=', arn).execute();
  if (all.length > MOST) throw invalidRequest(`A resource may have ${MOST} tags.`);
}
