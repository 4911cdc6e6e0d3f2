import { z } from 'zod';

import { AwsError } from '../../aws/errors.ts';
import { pageOf } from '../../aws/page-token.ts';
import { TAG_TEXT } from '../../aws/tag-text.ts';

/** The members of IAM's inputs with the model's limits. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */

const text = (pattern: RegExp, { least = 1, most = 128 } = {}) =>
  z.string().min(least).max(most).regex(pattern);

const NAME = /^[\w+=,.@-]+$/;
const PRINTABLE = /^[\u0009\u000A\u000D\u0020-\u00FF]+$/;

export const userName = text(NAME, { most: 64 });
export const existingUserName = text(NAME);
export const path = text(/^(\/|\/[\x21-\x7e]+\/)$/, { most: 512 });
export const pathPrefix = text(/^\/[\x21-\x7f]*$/, { most: 512 });
export const policyName = text(NAME);
export const policyDocument = text(PRINTABLE, { most: 131_072 });
export const groupName = text(NAME);
export const roleName = text(NAME, { most: 64 });
export const existingRoleName = text(NAME, { most: 64 });
/** Of a customer managed policy. */
export const description = z
  .string()
  .max(1000)
  .regex(/^[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*$/);
export const versionId = text(/^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/, { most: 30 });
export const maxSessionDuration = z.number().int().min(3600).max(43_200);
export const tags = z
  .array(z.object({ Key: text(TAG_TEXT), Value: z.string().max(256).regex(TAG_TEXT) }))
  .max(50);
export const tagKeys = z.array(text(TAG_TEXT)).max(50);
export const policyArn = z.string().min(20).max(2048);
export const accessKeyId = text(/^\w+$/, { least: 16 });
export const accessKeyStatus = z.enum(['Active', 'Inactive']);
export const password = text(PRINTABLE);
export const serialNumber = text(/^[\w+=/:,.@-]+$/, { least: 9, most: 256 });
export const virtualMfaDeviceName = text(NAME, { most: 226 });
export const authenticationCode = text(/^\d+$/, { least: 6, most: 6 });
export const accountAlias = text(/^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/, { least: 3, most: 63 });
export const paging = {
  Marker: text(/^[\u0020-\u00FF]+$/, { most: 320 }).optional(),
  MaxItems: z.number().int().min(1).max(1000).optional(),
};

/** One page of a sorted list, as every List operation of IAM gives it. `Marker` stands for the key of the last item seen. Throws ValidationError. */
export function page<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  {
    Marker,
    MaxItems = 100,
  }: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
) {
  const bad = () => new AwsError('ValidationError', 'Invalid Marker.');
  const { items, next } = pageOf(all, keyOf, { token: Marker, limit: MaxItems, bad });
  return { items, paging: { IsTruncated: next !== undefined, Marker: next } };
}
