import { encode } from './sign.ts';

/** Prefix of `x-amz-target`, by the name that signatures carry. */
export const JSON_SERVICES = {
  cloudtrail: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
  events: 'AWSEvents',
  kms: 'TrentService',
  logs: 'Logs_20140328',
  monitoring: 'GraniteServiceVersion20100801',
  organizations: 'AWSOrganizationsV20161128',
} as const;

/** Version of the API. */
export const QUERY_SERVICES = { iam: '2010-05-08', sns: '2010-03-31', sts: '2011-06-15' } as const;

export type JsonService = keyof typeof JSON_SERVICES;
export type QueryService = keyof typeof QUERY_SERVICES;

/**
 * The form that the Query protocol sends: nested members joined by dots, lists as `Name.member.1`.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function queryBody(
  operation: string,
  version: string,
  input: Readonly<Record<string, unknown>>,
): string {
  return [['Action', operation] as const, ['Version', version] as const, ...flatten(input, '')]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

function flatten(value: unknown, name: string): (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => flatten(item, `${name}.member.${index + 1}`));
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([member, inner]) =>
      flatten(inner, name === '' ? member : `${name}.${member}`),
    );
  return [[name, String(value)]];
}

/** Texts of every element of this name, in order. In a browser only. */
export function xmlTexts(xml: string, name: string): readonly string[] {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  return [...document.getElementsByTagName(name)].map((element) => element.textContent ?? '');
}

/** Every element of this name as its children's texts. In a browser only. */
export function xmlObjects(xml: string, name: string): readonly Readonly<Record<string, string>>[] {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  return [...document.getElementsByTagName(name)].map((element) =>
    Object.fromEntries([...element.children].map((child) => [child.localName, child.textContent ?? ''])),
  );
}
