import { createKmsKeys } from '../aws/kms-keys.ts';
import type { KeyPort } from '../aws/ports.ts';
import type { Config } from '../config.ts';
import type { ServingTable } from './serving.ts';
import { upstreamKey } from './upstream-key.ts';

/** Keys that buckets and trails encrypt with: of the KMS that was named, else where kms is served. */
export async function keysOf({
  config,
  serving,
  embedded,
}: {
  readonly config: Config;
  readonly serving: Pick<ServingTable, 'upstreamOf'>;
  readonly embedded: KeyPort;
}): Promise<KeyPort> {
  const endpoint = config.kms_endpoint ?? serving.upstreamOf('kms');
  if (endpoint === undefined || endpoint === 'embedded') return embedded;
  return createKmsKeys({
    endpoint,
    credentials: await upstreamKey(config),
    timeout: config.delivery_timeout,
  });
}
