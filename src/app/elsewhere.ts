import type { ServiceEndpoint } from '../aws/service-client.ts';
import type { Config } from '../config.ts';
import type { ServingTable } from './serving.ts';
import { upstreamKey } from './upstream-key.ts';

/** Services that Opentrail itself uses: each has a setting `<service>_endpoint`. */
type Used = keyof Config extends infer Key
  ? Key extends `${infer Service}_endpoint`
    ? Service
    : never
  : never;

export type ElsewhereDeps = {
  readonly config: Config;
  readonly serving: Pick<ServingTable, 'upstreamOf'>;
};

/** The service that was named for Opentrail's own calls, else where it is forwarded to; undefined where that is here, or nowhere. */
export async function elsewhere(
  service: Used,
  { config, serving }: ElsewhereDeps,
): Promise<ServiceEndpoint | undefined> {
  const endpoint = config[`${service}_endpoint`] ?? serving.upstreamOf(service);
  if (endpoint === undefined || endpoint === 'embedded') return undefined;
  return { endpoint, credentials: await upstreamKey(config) };
}
