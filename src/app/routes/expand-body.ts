import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import type { RouteRequest } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';

const unzip = promisify(gunzip);

/** The body, unpacked where it is gzip. Throws RequestTooLarge (413), InvalidParameterException. */
export async function expandBody(
  request: Pick<RouteRequest, 'body' | 'headers'>,
  limits: { readonly body: number; readonly expanded: number },
): Promise<Uint8Array> {
  const body = await request.body(limits.body);
  const isGzip = request.headers['content-encoding'] === 'gzip' || (body[0] === 0x1f && body[1] === 0x8b);
  if (!isGzip) return body;
  try {
    return await unzip(body, { maxOutputLength: limits.expanded });
  } catch (cause) {
    const isTooLarge =
      cause instanceof RangeError ||
      (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE');
    if (isTooLarge)
      throw new AwsError('RequestTooLarge', `the body expands to more than ${limits.expanded} bytes`, {
        status: 413,
        cause,
      });
    throw new AwsError('InvalidParameterException', 'the body is not a whole gzip stream', { cause });
  }
}
