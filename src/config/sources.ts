import { list } from './kinds.ts';

/** Buckets of others that are followed: docs/imports.md. */
export const sourcesSettings = {
  follow_endpoints: list
    .default([])
    .transform((urls) => urls.map((url) => url.replace(/\/$/, '')))
    .refine((urls) => urls.every((url) => /^https?:\/\/[^/\s]+$/.test(url)), {
      message: 'must be addresses such as https://s3.example.com',
    })
    .describe(
      'Addresses of other S3 and SQS whose buckets and queues may be followed, such as `https://rgw.example.com:8080` (AWS itself always may).',
    ),
};
