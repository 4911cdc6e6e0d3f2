import { z } from 'zod';

import { duration, flag, url } from './kinds.ts';

/** The clouds behind, and how calls go on to them. */
export const upstreamSettings = {
  upstream: url.optional().describe('Where every service that Opentrail does not serve is forwarded to.'),
  forwarding: z
    .enum(['transparent', 'verifying'])
    .default('transparent')
    .describe(
      'transparent: upstreams judge signatures. verifying: only calls by keys of Opentrail that its policies allow go on, signed with the upstream key.',
    ),
  upstream_access_key_id: z
    .string()
    .optional()
    .describe(
      "Key for Opentrail's own calls to an upstream, and for those that it forwards verifying (default: the administrator key).",
    ),
  upstream_secret_access_key: z.string().optional().describe('Its secret.'),
  upstream_timeout: duration('15m').describe(
    'How long an upstream may be silent before the caller gets 504.',
  ),
  upstream_ca: z
    .string()
    .optional()
    .describe(
      'File of certificate authorities (PEM) that https:// upstreams may have beside the usual ones.',
    ),
  upstream_tls_verify: flag(true).describe('Whether the certificates of https:// upstreams are verified.'),
};
