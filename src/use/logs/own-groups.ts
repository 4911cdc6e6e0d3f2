import type { LogGroupPort } from '../../aws/ports.ts';
import type { LogDeps } from './deps.ts';

/** Log groups here as others of Opentrail bring theirs. */
export function createLogGroups({ settings, clock, newId }: LogDeps): LogGroupPort {
  return {
    ensure: async ({ account, region, group: name }) => {
      const row = { id: newId(), account, region, name, created_at: clock.now() };
      await settings
        .insertInto('log_groups')
        .values({ ...row, class: 'STANDARD', retention_days: null })
        .onConflict((conflict) => conflict.columns(['account', 'region', 'name']).doNothing())
        .execute();
    },
  };
}
