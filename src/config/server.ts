import { z } from 'zod';

import { bytes, duration, list, url } from './kinds.ts';

/** The one endpoint and what belongs to no single feature. */
export const serverSettings = {
  data: z.string().min(1).default('opentrail-data').describe('Folder of everything Opentrail keeps.'),
  listen: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be HOST:PORT')
    .default('127.0.0.1:4680')
    .describe('Address of the one endpoint. Port 0 takes a free one.'),
  account_id: z
    .string()
    .regex(/^\d{12}$/, 'must be 12 digits')
    .default('123456789012')
    .describe('The account that the first start creates, and the owner of calls by unknown keys.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as us-east-1')
    .default('us-east-1')
    .describe('Home region; the region of calls that name none.'),
  regions: list
    .default([])
    .describe(
      'Further regions that multi-region trails cover from the start (default: home and those seen).',
    ),
  tls_cert: z
    .string()
    .optional()
    .describe(
      'File of the certificate chain (PEM) of the endpoint, which then speaks HTTPS only. Read again on SIGHUP.',
    ),
  tls_key: z.string().optional().describe('File of its private key (PEM).'),
  tls_client_ca: z
    .string()
    .optional()
    .describe(
      'File of the certificates (PEM) that vouch for client certificates, by which services may send events of their own (docs/ingest.md). Wants OPENTRAIL_TLS_CERT.',
    ),
  public_url: url
    .optional()
    .describe(
      'Address of the endpoint as others reach it, for the links in notifications (default: the one it listens on).',
    ),
  max_header_bytes: bytes('64KB').describe('Longer request headers are refused (431).'),
  trusted_proxies: list.default([]).describe('Addresses whose X-Forwarded-For is believed.'),
  session_duration: duration('12h', 900_000).describe('How long a console session lasts.'),
  log_level: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Log lines on stderr.'),
};
