import type { Models } from './operation-model.ts';

/** What nearly every account calls first. */
const COMMON = ['cloudtrail', 'sts', 'iam', 's3', 'ec2'];

/** Loads the models of the common services, one after another, in the slices that `load` leaves between the calls. Never rejects. */
export async function preloadModels(models: Pick<Models, 'load'>): Promise<void> {
  for (const service of COMMON) await models.load(service).catch(() => undefined);
}
