import type { Draft, Place } from './draft.ts';
import type { Owner } from './policies.ts';

/** Whose trail it becomes: an organization's belongs to the management account, whoever makes it. */
export function ownerOf(draft: Draft, { accountId, region, organization }: Place): Owner {
  const forAll = draft.organization ? organization : undefined;
  return {
    region,
    accountId: forAll?.managementAccount ?? accountId,
    trail: draft.name,
    organizationId: forAll?.id,
  };
}

/** What SnsTopicName takes; '' for none. */
export function topicValue({ topicChoice, topic }: Draft): string {
  return topicChoice === 'none' ? '' : topic;
}

export function topicArn({ topic }: Draft, { region, accountId }: Place): string {
  return topic.startsWith('arn:') ? topic : `arn:aws:sns:${region}:${accountId}:${topic}`;
}

/** The ARN without `:*`. */
export function logGroupName(
  { logGroup }: Draft,
  { region, accountId }: Place,
): { readonly name: string; readonly arn: string } {
  if (!logGroup.startsWith('arn:'))
    return { name: logGroup, arn: `arn:aws:logs:${region}:${accountId}:log-group:${logGroup}` };
  const arn = logGroup.replace(/:\*$/, '');
  return { name: arn.split(':').slice(6).join(':'), arn };
}

export function roleArn({ role }: Draft, { accountId }: Place): string {
  return role.startsWith('arn:') ? role : `arn:aws:iam::${accountId}:role/${role}`;
}
