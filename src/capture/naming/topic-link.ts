import type { WireRequest } from '../../aws/protocols/protocol.ts';
import { queryValue } from './query-value.ts';
import { cleanWord } from './read-auth.ts';

/** The actions of the links in SNS's messages, and the parameter that names the topic. */
const LINKS: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  ConfirmSubscription: 'TopicArn',
  Unsubscribe: 'SubscriptionArn',
};

/**
 * Links that people open without a signature: `/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:…`. AWS tells the service by the host, here
 * the ARN does, and the region too. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function byTopicLink({
  method,
  path,
  query,
}: WireRequest): { readonly region: string | undefined } | undefined {
  if (method !== 'GET' || path !== '/' || query === '') return undefined;
  const parameter = LINKS[queryValue(query, 'Action') ?? ''];
  const arn = parameter === undefined ? undefined : queryValue(query, parameter);
  const found = arn === undefined ? null : /^arn:[\w-]+:sns:([a-z0-9-]+):\d{12}:/.exec(arn);
  return found === null ? undefined : { region: cleanWord(found[1]) };
}
