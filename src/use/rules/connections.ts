import { connectionArn, type Place } from './arns.ts';
import type { RuleSettings } from './settings.ts';

/**
 * A connection that is always there and authorizes nobody: for webhooks that have their secret in their URL, or none. Opentrail's own;
 * AWS has no such thing.
 */
export function noAuthorization({ account, region }: Place): string {
  return connectionArn({ account, region }, 'none', NOBODY);
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Undefined: there is no such connection. */
export async function connectionState(settings: RuleSettings, arn: string): Promise<string | undefined> {
  const row = await settings
    .selectFrom('event_connections')
    .select('state')
    .where('arn', '=', arn)
    .executeTakeFirst();
  return row?.state;
}
