import { z } from 'zod';

import { parseDuration } from '../base/duration.ts';

/** The kinds of values that settings have, each with what is said of a wrong one. */

export const duration = (fallback: string, least = 1000) =>
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

export const bytes = (fallback: string) =>
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

export const flag = (fallback: boolean) =>
  z
    .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
    .default(fallback)
    .transform((value) => value === true || value === 'true' || value === '1');

export const url = z
  .string()
  .regex(/^https?:\/\/[^/?#\s]+\/?$/, 'must be http://HOST[:PORT] or https://HOST[:PORT]')
  .transform((text) => text.replace(/\/$/, ''));
export const databaseUrl = z.url('must be a URL');
export const list = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ),
]);

/** Either form of the setting: a TOML table, or `NAME=ARN` separated by commas. */
export const identities = z
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

export const integer = (fallback: number, least = 1) => z.coerce.number().int().min(least).default(fallback);
