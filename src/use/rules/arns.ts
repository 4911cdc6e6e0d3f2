import { parseArn } from '../../aws/arn.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html#amazoneventbridge-resources-for-iam-policies */
export type Place = { readonly account: string; readonly region: string };

export const DEFAULT_BUS = 'default';

export function busArn({ account, region }: Place, name: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

/** The default bus is not named in its rules' ARNs. */
export function ruleArn({ account, region }: Place, bus: string, name: string): string {
  return `arn:aws:events:${region}:${account}:rule/${bus === DEFAULT_BUS ? '' : `${bus}/`}${name}`;
}

export function connectionArn({ account, region }: Place, name: string, id: string): string {
  return `arn:aws:events:${region}:${account}:connection/${name}/${id}`;
}

export function apiDestinationArn({ account, region }: Place, name: string, id: string): string {
  return `arn:aws:events:${region}:${account}:api-destination/${name}/${id}`;
}

/** Name and place of the bus that an ARN names; undefined when it names none. */
export function parseBusArn(text: string): (Place & { readonly name: string }) | undefined {
  const arn = parseArn(text);
  const name = /^event-bus\/([/.\-_A-Za-z0-9]{1,256})$/.exec(arn?.resource ?? '')?.[1];
  if (arn?.service !== 'events' || name === undefined) return undefined;
  return { account: arn.account, region: arn.region, name };
}
