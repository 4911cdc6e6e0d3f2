import type { Target } from './rules.ts';
import type { TargetSettings } from './target-settings.ts';

/** Where events may go. */
export const KINDS = [
  {
    id: 'email',
    label: 'E-mail',
    field: 'Address',
    hint: 'The server needs a mail server: OPENTRAIL_SMTP_URL.',
  },
  { id: 'slack', label: 'Slack', field: 'Webhook’s URL', hint: 'A message a line, by an incoming webhook.' },
  { id: 'teams', label: 'Teams', field: 'Webhook’s URL', hint: 'A message a line, by an incoming webhook.' },
  {
    id: 'webhook',
    label: 'Webhook',
    field: 'URL',
    hint: 'Gets the event as JSON by POST. Private addresses want OPENTRAIL_WEBHOOK_ALLOW.',
  },
  { id: 'topic', label: 'SNS topic', field: 'Topic’s name', hint: '' },
  {
    id: 'queue',
    label: 'SQS queue',
    field: 'Queue’s name',
    hint: 'Its policy must let events.amazonaws.com send.',
  },
  {
    id: 'function',
    label: 'Lambda function',
    field: 'Function’s name',
    hint: 'Its policy must let events.amazonaws.com invoke it.',
  },
  { id: 'logs', label: 'Log group', field: 'Log group’s name', hint: 'Of this account and region.' },
  { id: 'arn', label: 'Another ARN', field: 'ARN', hint: 'An event bus or an API destination, say.' },
] as const;

export type TargetKind = (typeof KINDS)[number]['id'];

/** A target that is being added. */
export type NewTarget = {
  readonly id: string;
  readonly kind: TargetKind;
  /** Name, address, URL or ARN. */
  readonly value: string;
  /** Topics and log groups: it is made along with the rule. */
  readonly isNew: boolean;
  readonly settings: TargetSettings;
};

export type Place = { readonly accountId: string; readonly region: string };

/** Called like the rule and the target. */
export function destinationName(rule: string, id: string): string {
  return `${rule.slice(0, 40)}-${id}`.slice(0, 64);
}

export function arnOf({ id, kind, value }: NewTarget, rule: string, { accountId, region }: Place): string {
  const own = `arn:aws:opentrail:${region}:${accountId}`;
  if (value.startsWith('arn:')) return value;
  switch (kind) {
    case 'email':
      return `${own}:email/${value}`;
    case 'slack':
    case 'teams':
    case 'webhook':
      return `${own}:${kind}/${destinationName(rule, id)}`;
    case 'topic':
      return `arn:aws:sns:${region}:${accountId}:${value}`;
    case 'queue':
      return `arn:aws:sqs:${region}:${accountId}:${value}`;
    case 'function':
      return `arn:aws:lambda:${region}:${accountId}:function:${value}`;
    case 'logs':
      return `arn:aws:logs:${region}:${accountId}:log-group:${value}`;
    case 'arn':
      return value;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  sns: 'SNS topic',
  sqs: 'SQS queue',
  lambda: 'Lambda function',
  logs: 'Log group',
  'event-bus': 'Event bus',
  'api-destination': 'API destination',
  email: 'E-mail',
  slack: 'Slack',
  teams: 'Teams',
  webhook: 'Webhook',
};

/** `SNS topic` and `alerts`. */
export function describeTarget({ Arn }: Pick<Target, 'Arn'>): {
  readonly kind: string;
  readonly name: string;
} {
  const parts = Arn.split(':');
  const service = parts[2] ?? '';
  const resource = parts.slice(5).join(':');
  if (service === 'events' || service === 'opentrail') {
    const [what = '', name = resource] = resource.split('/');
    return { kind: NAMES[what] ?? service, name };
  }
  const name = resource.replace(/^(function|log-group):/, '').replace(/:\*$/, '');
  return { kind: NAMES[service] ?? service, name };
}
