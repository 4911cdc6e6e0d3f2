import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';

import { parseDuration } from './base/duration.ts';
import { messageOf, OpentrailError } from './base/errors.ts';
import { isAddressRule } from './base/private-address.ts';

/**
 * One typed configuration, read once. Each setting has a key in the file (`--config FILE`, TOML) and a variable `OPENTRAIL_<KEY>`;
 * the command line wins over the environment, the environment over the file. docs/config.md is generated from this table.
 */

const duration = (fallback: string, least = 1000) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined || ms < least) {
        context.addIssue({
          code: 'custom',
          message: `must be a duration of at least ${least / 1000}s such as 1s, 5m, 1h, 90d (got "${text}")`,
        });
        return z.NEVER;
      }
      return ms;
    });

const bytes = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const match = /^(\d+)\s*(B|KB|MB|GB|KiB|MiB|GiB)?$/i.exec(text.trim());
      const unit = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[
        (match?.[2] ?? 'B')[0]?.toLowerCase() as 'b' | 'k' | 'm' | 'g'
      ];
      if (!match?.[1] || unit === undefined) {
        context.addIssue({ code: 'custom', message: `must be a size such as 64MB (got "${text}")` });
        return z.NEVER;
      }
      return Number(match[1]) * unit;
    });

const flag = (fallback: boolean) =>
  z
    .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
    .default(fallback)
    .transform((value) => value === true || value === 'true' || value === '1');

const url = z
  .string()
  .regex(/^https?:\/\/[^/?#\s]+\/?$/, 'must be http://HOST[:PORT] or https://HOST[:PORT]')
  .transform((text) => text.replace(/\/$/, ''));
const databaseUrl = z.url('must be a URL');
const list = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ),
]);

/** Either form of the setting: a TOML table, or `NAME=ARN` separated by commas. */
const identities = z
  .union([
    z.record(z.string(), z.string()),
    z.string().transform((text) =>
      Object.fromEntries(
        text
          .split(',')
          .filter((part) => part.trim())
          .map(nameAndArn),
      ),
    ),
  ])
  .superRefine((names, context) => {
    for (const [name, arn] of Object.entries(names)) {
      const star = name.endsWith('*') || !arn.includes('*');
      if (
        name.length > 0 &&
        star &&
        /^arn:aws[a-z-]*:iam::\d{12}:(root|user\/[\w+=,.@/-]*[\w+=,.@*-])$/.test(arn)
      )
        continue;
      context.addIssue({
        code: 'custom',
        message: `"${name}" must be given the ARN of a user or root, such as arn:aws:iam::111122223333:user/ann (got "${arn}")`,
      });
    }
  });

/** Names may hold an equals sign, ARNs begin after the last one that stands before `arn:`. */
function nameAndArn(part: string): [name: string, arn: string] {
  const at = part.indexOf('=arn:');
  return at < 0 ? [part.trim(), ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}

const integer = (fallback: number, least = 1) => z.coerce.number().int().min(least).default(fallback);

const schema = z.strictObject({
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
  tls_cert: z
    .string()
    .optional()
    .describe(
      'File of the certificate chain (PEM) of the endpoint, which then speaks HTTPS only. Read again on SIGHUP.',
    ),
  tls_key: z.string().optional().describe('File of its private key (PEM).'),
  s3_endpoint: url.optional().describe('S3 that log files are delivered to (default: where s3 is served).'),
  sns_endpoint: url
    .optional()
    .describe('SNS that deliveries of trails are announced to (default: where sns is served).'),
  kms_endpoint: url
    .optional()
    .describe('KMS whose keys trails and embedded buckets encrypt with (default: where kms is served).'),
  sqs_endpoint: url
    .optional()
    .describe('SQS whose queues may subscribe to topics (default: where sqs is forwarded to).'),
  public_url: url
    .optional()
    .describe(
      'Address of the endpoint as others reach it, for the links in notifications (default: the one it listens on).',
    ),
  webhook_allow: list
    .default([])
    .refine((rules) => rules.every(isAddressRule), {
      message: 'must be addresses or blocks such as 10.0.0.0/8, or private for all private ones',
    })
    .describe(
      'Private addresses that webhooks may go to: addresses or blocks such as `10.1.0.0/16,::1`, or `private` for all (default: none).',
    ),
  smtp_url: z
    .string()
    .regex(
      /^smtps?:\/\/([^@/?#\s]+@)?[^@/?#\s]+\/?(\?[^#\s]*)?$/,
      'must be smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…',
    )
    .optional()
    .describe(
      'Mail server for subscribers by e-mail: smtp://USER:PASSWORD@HOST:587. Without it they are refused.',
    ),
  smtp_from: z
    .string()
    .regex(
      /^[^@\s<>"(),;:\\]+@[^@\s<>"(),;:\\]+$/,
      'must be a plain address such as notifications@example.com',
    )
    .optional()
    .describe('Sender of these mails.'),
  organizations_endpoint: url
    .optional()
    .describe(
      'Organizations whose accounts the trails of organizations follow, asked each minute (default: where organizations is served).',
    ),
  logs_endpoint: url
    .optional()
    .describe(
      'CloudWatch Logs that trails with a log group write to (default: where logs is served; Opentrail itself, unless OPENTRAIL_UPSTREAM_LOGS moves it).',
    ),
  clickhouse_url: databaseUrl
    .optional()
    .describe('A ClickHouse server instead of the embedded engine: http://USER:PASSWORD@HOST:8123/DATABASE.'),
  postgres_url: databaseUrl
    .optional()
    .describe('PostgreSQL instead of SQLite for the settings. Not built yet: refused.'),
  journal_sync: z
    .enum(['group', 'always'])
    .default('group')
    .describe(
      'group: answers leave once written (survives kill -9), fsync within 20 ms. always: fsync first.',
    ),
  journal_segment: bytes('64MB').describe(
    'Size of a journal segment, preallocated; one more is kept as the reserve for a full disk.',
  ),
  journal_limit: bytes('4GB').describe(
    'A follower further behind than this reads the event store instead, and sealed segments go.',
  ),
  journal_repair: flag(false).describe(
    'Start although the journal is damaged: what can be read is kept, the rest is set aside and told in the trail.',
  ),
  fail_closed: flag(false).describe(
    'Refuse calls that cannot be recorded instead of letting them pass with a gap record.',
  ),
  data_events: z
    .enum(['selected', 'all', 'none'])
    .default('selected')
    .describe('Which data events are kept: those a trail selects, all, or none.'),
  history_retention: duration('90d', 86_400_000).describe(
    'How long event history is kept; LookupEvents reaches as far back.',
  ),
  delivery_interval: duration('5m').describe('How often log files are delivered.'),
  digest_interval: duration('1h').describe('How often digest files are delivered.'),
  silence_after: z
    .string()
    .default('auto')
    .transform((text, context) => {
      if (text === 'auto' || text === 'off') return text;
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= 1000) return ms;
      context.addIssue({
        code: 'custom',
        message: `must be auto, off or a duration of at least 1s (got "${text}")`,
      });
      return z.NEVER;
    })
    .describe(
      'When a source of events (account and region) that used to come is told to be silent. auto: after three times its longest pause, an hour at least; off: never.',
    ),
  quota_trails: integer(5).describe('Trails per region.'),
  proof_origin: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be a name without spaces and +')
    .optional()
    .describe(
      'Name of the tree of proofs in its checkpoints, such as audit.example.com/opentrail (default: `opentrail/` and an id that the first start makes).',
    ),
  proof_key_file: z
    .string()
    .optional()
    .describe(
      'File of the Ed25519 key (PEM) that signs checkpoints, outside of the data folder (default: a key sealed in the settings).',
    ),
  proof_interval: duration('1m').describe(
    'How often a checkpoint of the tree is signed while it grows, beside those for proofs and digests.',
  ),
  witnesses: list
    .default([])
    .describe(
      'Witnesses that cosign checkpoints: `URL PUBLIC-KEY`, as `opentrail witness` prints it; several separated by commas.',
    ),
  proof_quorum: integer(0, 0).describe(
    'How many of the witnesses must cosign a checkpoint before proofs are given with it and it is published.',
  ),
  max_header_bytes: bytes('64KB').describe('Longer request headers are refused (431).'),
  trusted_proxies: list.default([]).describe('Addresses whose X-Forwarded-For is believed.'),
  identities: identities
    .default({})
    .describe(
      "Names that a cloud has for its users (Ceph's `tenant$uid`, canonical ids, access keys) and the ARNs they are recorded under. In the file a table " +
        "`[identities]` with lines such as `'acme$ann' = 'arn:aws:iam::111122223333:user/ann'`, in the environment `NAME=ARN` separated by commas. " +
        'A name may end in `*`, whose rest takes the place of a `*` in the ARN.',
    ),
  models: list
    .default([])
    .transform((names) => names.map((name) => name.replace(/^@aws-sdk\/client-/, '')))
    .refine((names) => names.every((name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)), {
      message: 'must be names of @aws-sdk/client-* packages such as iot,media-store',
    })
    .describe(
      'Services whose calls are recorded with all parameters beside those that come with Opentrail, by the name of their ' +
        '`@aws-sdk/client-…` package: `iot,media-store`. What is missing is installed with npm below the data folder at the start.',
    ),
  session_duration: duration('12h', 900_000).describe('How long a console session lasts.'),
  log_level: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Log lines on stderr.'),
});

export const configSchema = schema;

export type Config = z.output<typeof schema> & {
  /** `OPENTRAIL_UPSTREAM_<SERVICE>=URL|embedded`, by signing name. */
  readonly upstreams: Readonly<Record<string, string>>;
};

export type ConfigSources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Given on the command line, by key. */
  readonly options: Readonly<Record<string, string | undefined>>;
};

/** Throws BAD_CONFIG with every mistake, each with its full key. */
export function loadConfig({ env, options }: ConfigSources): Config {
  const mistakes: string[] = [];
  const file = options['config'] ?? env['OPENTRAIL_CONFIG'];
  const fromFile = file === undefined ? {} : readConfigFile(file);
  const { values, upstreams } = collectEnv(env, mistakes);
  const fileUpstreams = takeUpstreams(fromFile);
  const given = { ...fromFile, ...values, ...defined(options) };
  delete (given as Record<string, unknown>)['config'];
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) mistakes.push(describeIssue(issue));
  }
  const all = { ...fileUpstreams, ...upstreams };
  for (const [service, target] of Object.entries(all)) {
    if (target !== 'embedded' && !url.safeParse(target).success)
      mistakes.push(
        `OPENTRAIL_UPSTREAM_${service.toUpperCase()}: must be a URL or "embedded" (got "${target}")`,
      );
  }
  if (parsed.success && parsed.data.postgres_url !== undefined)
    mistakes.push(
      'OPENTRAIL_POSTGRES_URL: PostgreSQL settings are not built yet; leave it unset to use the embedded SQLite',
    );
  if (parsed.success) mistakes.push(...missingPartners(parsed.data));
  if (mistakes.length > 0 || !parsed.success)
    throw new OpentrailError('BAD_CONFIG', `configuration:\n  ${mistakes.join('\n  ')}`);
  return {
    ...parsed.data,
    data: isAbsolute(parsed.data.data) ? parsed.data.data : resolve(parsed.data.data),
    upstreams: all,
  };
}

/** Settings that mean nothing one without the other. */
function missingPartners(settings: z.output<typeof schema>): string[] {
  const pairs = [
    ['tls_cert', 'tls_key'],
    ['upstream_access_key_id', 'upstream_secret_access_key'],
    ['smtp_url', 'smtp_from'],
  ] as const;
  return pairs
    .filter(([one, other]) => (settings[one] === undefined) !== (settings[other] === undefined))
    .map(([one, other]) => `${variableOf(one)} and ${variableOf(other)}: set both or neither`);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${variableOf(key)}: no such setting`).join('\n  ');
  return `${variableOf(issue.path.join('.'))}: ${issue.message}`;
}

function variableOf(key: string): string {
  return `OPENTRAIL_${key.toUpperCase()}`;
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    return parseToml(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new OpentrailError('BAD_CONFIG', `--config ${path}: ${messageOf(cause)}`, { cause });
  }
}

const KNOWN = new Set(Object.keys(schema.shape));

/** Variables that belong to the commands, the tests or the packaging rather than to the server. */
const NOT_SETTINGS = new Set(['config', 'test', 'endpoint']);

function collectEnv(env: ConfigSources['env'], mistakes: string[]) {
  const values: Record<string, string> = {};
  const upstreams: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('OPENTRAIL_') || value === undefined || value === '') continue;
    const key = name.slice('OPENTRAIL_'.length).toLowerCase();
    if (KNOWN.has(key)) values[key] = value;
    else if (key.startsWith('upstream_')) upstreams[signingNameOf(key.slice('upstream_'.length))] = value;
    else if (!NOT_SETTINGS.has(key.split('_')[0] ?? '')) mistakes.push(`${name}: no such setting`);
  }
  return { values, upstreams };
}

/** Signing names have dashes or dots where variables cannot. */
function signingNameOf(key: string): string {
  return key.replaceAll('_', '-');
}

function takeUpstreams(file: Record<string, unknown>): Record<string, string> {
  const upstreams: Record<string, string> = {};
  for (const [key, value] of Object.entries(file)) {
    if (!key.startsWith('upstream_') || KNOWN.has(key) || typeof value !== 'string') continue;
    upstreams[signingNameOf(key.slice('upstream_'.length))] = value;
    delete file[key];
  }
  return upstreams;
}

function defined(options: ConfigSources['options']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
