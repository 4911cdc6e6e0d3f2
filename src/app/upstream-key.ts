import type { SigningCredentials } from '../aws/sigv4/sign-request.ts';
import type { Config } from '../config.ts';
import { readAdminFile } from '../embedded/iam/credentials-file.ts';

/** The key that upstreams know Opentrail by: the one configured, else the administrator's. */
export async function upstreamKey(config: Config): Promise<SigningCredentials> {
  const { upstream_access_key_id: accessKeyId, upstream_secret_access_key: secretAccessKey } = config;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  return readAdminFile(config.data);
}
