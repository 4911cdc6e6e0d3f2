import type { CallerIdentity } from '../../capture/captured-call.ts';
import { object, text, type Json } from './answer.ts';

/** A call on things of a hundred accounts is copied to the first of them. */
const MOST_COPIES = 20;

/**
 * Accounts other than the recipient's whose resources a call was about: each gets a copy of its own. Only of calls that went well, as AWS tells
 * the owner of a role who assumed it but not who failed to.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html#cloudtrail-event-reference-user-identity-shared
 */
export function otherAccounts(record: Json): readonly string[] {
  const resources = record['resources'];
  if (!Array.isArray(resources) || record['errorCode'] !== undefined) return NONE;
  const home = record['recipientAccountId'];
  let found: Set<string> | undefined;
  for (const resource of resources) {
    const account = text(object(resource)['accountId']);
    if (account !== home && /^\d{12}$/.test(account)) (found ??= new Set()).add(account);
  }
  return found === undefined ? NONE : [...found].slice(0, MOST_COPIES);
}

const NONE: readonly string[] = [];

/** The caller as another account sees it: whose account, and who in it, but no name and no key. */
export function seenFromOutside({ type, principalId, accountId, invokedBy }: CallerIdentity): CallerIdentity {
  if (type === 'AWSService') return { type, invokedBy };
  return type === 'Unknown' || accountId === undefined
    ? { type: 'Unknown' }
    : { type: 'AWSAccount', principalId, accountId };
}
