import type { AttributeKey } from '../../events/attributes.ts';
import type { Condition } from '../../events/query.ts';

export type Recognised =
  /** The shape says it all. */
  | { readonly kind: 'condition'; readonly condition: Condition }
  /** An account: the scope is set rather than a filter. */
  | { readonly kind: 'account'; readonly account: string }
  /** Words that may be several things: the data decides. `text` may differ per key. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] };

export type Candidate = { readonly key: AttributeKey; readonly text: string };

const EXACT: readonly (readonly [RegExp, AttributeKey])[] = [
  [/^(AKIA|ASIA)[A-Z0-9]{12,}$/, 'AccessKeyId'],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'EventId'],
  [/^(\d{1,3}\.){3}\d{1,3}$/, 'SourceIPAddress'],
  [/^(?=.*:.*:)[0-9a-f:]+(\.\d+)*$/i, 'SourceIPAddress'],
  [/^arn:[\w-]+:(iam::\d*:(user\/.+|root)|sts::\d*:(assumed-role|federated-user)\/.+)$/, 'UserArn'],
  [/^arn:[\w-]+:.+/, 'ResourceName'],
  [/^AWS::\w+::\w+$/, 'ResourceType'],
  [/^[a-z0-9-]+\.amazonaws\.com$/, 'EventSource'],
  [/^[a-z]{2}(-[a-z]+)+-\d$/, 'AwsRegion'],
  [
    /^(i|vpc|subnet|sg|vol|snap|ami|eni|rtb|igw|nat|acl|eipalloc|lt|tgw|vpce|pcx|fs|key|r)-[0-9a-f]{8,}$/,
    'ResourceName',
  ],
];

/** `Client.UnauthorizedOperation`, `AccessDenied`: ends as AWS ends the names of errors. */
const ERROR = /^(Client\.|Server\.)?[A-Z]\w*(Denied|Exception|Error|Operation|NotFound|Exceeded|Throttl\w*)$/;

/** Reads what was pasted by its shape: the first thing that an investigation has is a key, an address, an ARN or a name. */
export function recognise(pasted: string): Recognised | undefined {
  const text = pasted.trim().replace(/^["'`]+|["'`,;]+$/g, '');
  if (text === '') return undefined;
  if (/^\d{12}$/.test(text)) return { kind: 'account', account: text };
  if (/^\d{4}-\d{4}-\d{4}$/.test(text)) return { kind: 'account', account: text.replaceAll('-', '') };
  for (const [shape, key] of EXACT) {
    if (shape.test(text))
      return {
        kind: 'condition',
        condition: { key, operator: 'equals', values: [normaliseCase(key, text)] },
      };
  }
  if (/^(\d{1,3}\.){1,3}$/.test(text)) {
    return { kind: 'condition', condition: { key: 'SourceIPAddress', operator: 'prefix', values: [text] } };
  }
  return { kind: 'ambiguous', candidates: candidatesFor(text) };
}

/** Best guess first; used when the data prefers none. */
function candidatesFor(text: string): readonly Candidate[] {
  const capitalised = text.charAt(0).toUpperCase() + text.slice(1);
  const name: Candidate = { key: 'EventName', text: capitalised };
  const others: readonly Candidate[] = [
    { key: 'Username', text },
    { key: 'ResourceName', text },
    { key: 'EventSource', text: text.toLowerCase() },
  ];
  if (ERROR.test(text)) return [{ key: 'ErrorCode', text }, name, ...others];
  if (/^[A-Z][a-z]+[A-Z]/.test(text)) return [name, ...others, { key: 'ErrorCode', text }];
  return [...others.slice(0, 2), name, ...others.slice(2), { key: 'ErrorCode', text: capitalised }];
}

function normaliseCase(key: AttributeKey, text: string): string {
  return key === 'EventId' ? text.toLowerCase() : text;
}
