import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';

import { messageOf, OpentrailError } from './base/errors.ts';
import { athenaSettings } from './config/athena.ts';
import { functionsSettings } from './config/functions.ts';
import { insightsSettings } from './config/insights.ts';
import { url } from './config/kinds.ts';
import { lakeSettings } from './config/lake.ts';
import { metricsSettings } from './config/metrics.ts';
import { notificationsSettings } from './config/notifications.ts';
import { proofsSettings } from './config/proofs.ts';
import { recordSettings } from './config/record.ts';
import { serverSettings } from './config/server.ts';
import { servicesSettings } from './config/services.ts';
import { silenceSettings } from './config/silence.ts';
import { sourcesSettings } from './config/sources.ts';
import { storeSettings } from './config/store.ts';
import { trailsSettings } from './config/trails.ts';
import { upstreamSettings } from './config/upstream.ts';

/**
 * One typed configuration, read once. Each setting has a key in the file (`--config FILE`, TOML) and a variable `OPENTRAIL_<KEY>`;
 * the command line wins over the environment, the environment over the file. The settings stand by feature in src/config/;
 * docs/config.md is generated from them.
 */
export const configSchema = z.strictObject({
  ...serverSettings,
  ...upstreamSettings,
  ...servicesSettings,
  ...notificationsSettings,
  ...functionsSettings,
  ...metricsSettings,
  ...recordSettings,
  ...storeSettings,
  ...trailsSettings,
  ...lakeSettings,
  ...silenceSettings,
  ...insightsSettings,
  ...proofsSettings,
  ...sourcesSettings,
  ...athenaSettings,
});

export type Config = z.output<typeof configSchema> & {
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
  const parsed = configSchema.safeParse(given);
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
function missingPartners(settings: z.output<typeof configSchema>): string[] {
  const pairs = [
    ['tls_cert', 'tls_key'],
    ['upstream_access_key_id', 'upstream_secret_access_key'],
    ['smtp_url', 'smtp_from'],
  ] as const;
  const lonely =
    settings.tls_client_ca !== undefined && settings.tls_cert === undefined
      ? [`${variableOf('tls_client_ca')}: wants ${variableOf('tls_cert')}`]
      : [];
  const missing = pairs
    .filter(([one, other]) => (settings[one] === undefined) !== (settings[other] === undefined))
    .map(([one, other]) => `${variableOf(one)} and ${variableOf(other)}: set both or neither`);
  return [...missing, ...lonely];
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

const KNOWN = new Set(Object.keys(configSchema.shape));

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
