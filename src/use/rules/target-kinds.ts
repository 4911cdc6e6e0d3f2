import { parseArn, type Arn } from '../../aws/arn.ts';
import { parseLogGroupArn } from '../../aws/log-arns.ts';
import { parseBusArn } from './arns.ts';
import { invalid } from './rule-errors.ts';

/** Where events can go. The last four are Opentrail's own, for those who have no AWS: `arn:aws:opentrail:REGION:ACCOUNT:…`. */
export type TargetKind =
  | { readonly kind: 'topic' }
  | { readonly kind: 'queue' }
  | { readonly kind: 'function' }
  | { readonly kind: 'logs' }
  | { readonly kind: 'bus' }
  | { readonly kind: 'api'; readonly name: string; readonly shape: MessageShape }
  | { readonly kind: 'email'; readonly address: string };

/** How a webhook wants to be told: as it is, or as a message for people. */
export type MessageShape = 'plain' | 'slack' | 'teams';

const SHAPES: Readonly<Record<string, MessageShape>> = { webhook: 'plain', slack: 'slack', teams: 'teams' };
const ADDRESS = /^[^@\s<>"(),;:\\]{1,64}@[^@\s<>"(),;:\\]{1,255}$/;

/** Throws ValidationException where the ARN is none, or names what events are not sent to here. */
export function targetKindOf(text: string): TargetKind {
  const arn = parseArn(text);
  if (arn === undefined) throw badArn(text);
  const kind = kindOf(arn, text);
  if (kind === 'malformed') throw badArn(text);
  if (kind === 'unknown') throw invalid(`${arn.service} is not a supported service for a target.`);
  return kind;
}

function kindOf(arn: Arn, text: string): TargetKind | 'malformed' | 'unknown' {
  switch (arn.service) {
    case 'sns':
      return /^[\w-]{1,256}$/.test(arn.resource) ? { kind: 'topic' } : 'malformed';
    case 'sqs':
      return /^[\w-]{1,80}(\.fifo)?$/.test(arn.resource) ? { kind: 'queue' } : 'malformed';
    case 'lambda':
      return /^function:[\w-]+(:[\w$-]+)?$/.test(arn.resource) ? { kind: 'function' } : 'malformed';
    case 'logs':
      return parseLogGroupArn(text) === undefined ? 'malformed' : { kind: 'logs' };
    case 'events':
      return parseBusArn(text) === undefined ? apiDestination(arn) : { kind: 'bus' };
    case 'opentrail':
      return ours(arn);
    default:
      return 'unknown';
  }
}

function apiDestination({ resource }: Arn): TargetKind | 'malformed' {
  const name = /^api-destination\/([.\-_A-Za-z0-9]{1,64})(\/[0-9a-f-]{36})?$/.exec(resource)?.[1];
  return name === undefined ? 'malformed' : { kind: 'api', name, shape: 'plain' };
}

function ours({ resource }: Arn): TargetKind | 'malformed' {
  const [, what = '', name = ''] = /^(\w+)\/(.+)$/.exec(resource) ?? [];
  if (what === 'email') return ADDRESS.test(name) ? { kind: 'email', address: name } : 'malformed';
  const shape = SHAPES[what];
  return shape !== undefined && /^[.\-_A-Za-z0-9]{1,64}$/.test(name)
    ? { kind: 'api', name, shape }
    : 'malformed';
}

function badArn(text: string) {
  return invalid(`Parameter ${text} is not valid. Reason: Provided Arn is not in correct format.`);
}
