import type { RolePort } from '../../../aws/ports.ts';
import { evaluate } from '../../../aws/policy/evaluate.ts';
import { parseBusArn } from '../arns.ts';
import { busPolicyOf } from '../bus-policy.ts';
import { findBus } from '../buses.ts';
import type { BusEvent } from '../event.ts';
import type { RuleParts } from '../rule-parts.ts';
import type { BusRow } from '../settings.ts';
import { DELIVERED, failed, type Outcome } from './outcome.ts';
import type { Job } from './queue.ts';

export type ToBus = (job: Job, roles: RolePort | undefined) => Promise<Outcome>;

const PUT = 'events:PutEvents';
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: PUT, Resource: '*' }] };

/**
 * Hands an event on to another bus, also of another account where that bus's policy lets the rule's account (or the target's role) in.
 * What came that way goes no further. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 */
export function createToBus(
  deps: Pick<RuleParts, 'settings' | 'table' | 'enqueue' | 'organizationOf'>,
): ToBus {
  return async (job, roles) => {
    const { rule, target, body, forwarded } = job;
    if (forwarded)
      return failed('THIRD_ACCOUNT_HOP_DETECTED', 'the event came from another bus already', {
        permanent: true,
      });
    const named = parseBusArn(target.Arn);
    const bus = named && (await findBus(deps.settings, named));
    if (named === undefined || bus === undefined)
      return failed('NO_RESOURCE', `${target.Arn} does not exist`, { permanent: true });
    if (!isTrusted(job, roles))
      return failed(
        'FAILED_TO_ASSUME_ROLE',
        `${target.RoleArn} does not let events.amazonaws.com put events there`,
        {
          permanent: true,
        },
      );
    const event = JSON.parse(body) as BusEvent;
    if (bus.account !== rule.account && !(await isLetIn(deps, { bus, job, event })))
      return failed(
        'NO_PERMISSIONS',
        `the policy of ${bus.arn} does not let ${rule.account} put events there`,
        {
          permanent: true,
        },
      );
    const fired = await deps.table.match(named, event, false);
    await deps.enqueue([{ body, fired, forwarded: true }]);
    return DELIVERED;
  };
}

function isTrusted({ rule, target }: Job, roles: RolePort | undefined): boolean {
  if (target.RoleArn === undefined || roles === undefined) return true;
  const verdict = roles.checkServiceRole({
    roleArn: target.RoleArn,
    service: 'events.amazonaws.com',
    source: { arn: rule.arn, accountId: rule.account },
    actions: [{ action: PUT, resource: target.Arn }],
  });
  return verdict === 'allowed';
}

async function isLetIn(
  { organizationOf }: Pick<RuleParts, 'organizationOf'>,
  { bus, job, event }: { readonly bus: BusRow; readonly job: Job; readonly event: BusEvent },
): Promise<boolean> {
  const policy = busPolicyOf(bus.policy);
  if (policy === undefined) return false;
  const { rule, target } = job;
  const arn = target.RoleArn ?? `arn:aws:iam::${rule.account}:root`;
  const principal = { type: 'AssumedRole', arn, accountId: rule.account, principalId: rule.account };
  const context = {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': rule.account,
    'aws:PrincipalOrgID': (await organizationOf(rule.account))?.id,
    'aws:SourceArn': rule.arn,
    'aws:SourceAccount': rule.account,
    'events:source': event.source,
    'events:detail-type': event['detail-type'],
  };
  const request = { principal, action: PUT, resource: bus.arn, context, resourceAccount: bus.account };
  return evaluate(request, { identityPolicies: [ALL], resourcePolicies: [policy] }) === 'allow';
}
