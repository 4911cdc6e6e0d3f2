import type { NewId } from '../../../base/ids.ts';
import type { NoticeRow } from '../settings.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import { topicArnOf } from './topic-name.ts';

/** Notes that these files were delivered, for the trail's topic; in the transaction that commits the delivery, so that none is forgotten. */
export async function noteDelivery(
  tx: TrailSettings,
  trail: Trail,
  {
    keys,
    toSeq,
    newId,
    now,
  }: {
    readonly keys: readonly string[];
    readonly toSeq: number;
    readonly newId: NewId;
    readonly now: number;
  },
): Promise<void> {
  if (trail.sns_topic === null || keys.length === 0) return;
  const row: NoticeRow = {
    id: newId(),
    trail_id: trail.id,
    topic: topicArnOf(trail.sns_topic, trail),
    message: JSON.stringify({ s3Bucket: trail.bucket, s3ObjectKey: keys }),
    trail_arn: trail.arn,
    account: trail.account,
    to_seq: toSeq,
    created_at: now,
  };
  await tx.insertInto('trail_notices').values(row).execute();
}

/** The trails that have some to send. */
export async function pendingTrails(settings: TrailSettings): Promise<readonly string[]> {
  const rows = await settings.selectFrom('trail_notices').select('trail_id').distinct().execute();
  return rows.map((row) => row.trail_id);
}

export function oldestNotice(settings: TrailSettings, trailId: string): Promise<NoticeRow | undefined> {
  return settings
    .selectFrom('trail_notices')
    .selectAll()
    .where('trail_id', '=', trailId)
    .orderBy('to_seq')
    .executeTakeFirst();
}

/** After the trail was given another topic: what the former one has not heard the new one will; without a topic nobody is told. */
export async function moveNotices(tx: TrailSettings, trail: Trail): Promise<void> {
  if (trail.sns_topic === null) {
    await tx.deleteFrom('trail_notices').where('trail_id', '=', trail.id).execute();
  } else {
    const topic = topicArnOf(trail.sns_topic, trail);
    await tx.updateTable('trail_notices').set({ topic }).where('trail_id', '=', trail.id).execute();
  }
  await tx.updateTable('trails').set({ notify_error: null }).where('id', '=', trail.id).execute();
}
