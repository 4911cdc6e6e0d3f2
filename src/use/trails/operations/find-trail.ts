import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../../aws/operation.ts';
import { trailByArn, type Trail, type TrailSettings } from '../trail-store.ts';
import { checkTrailName, isArn, parseTrailArn, trailArn } from '../trail-name.ts';
import { membershipOf } from '../organizations/memberships.ts';
import { text } from './inputs.ts';
import { notMaster } from './organization.ts';

type Caller = Pick<CallContext, 'accountId' | 'region'>;

/** The trail of that name in the calling region, or of that ARN wherever it lives, the caller's or its organization's. Throws TrailNotFoundException, and what is wrong with the name. */
export async function findTrail(settings: TrailSettings, nameOrArn: string, caller: Caller): Promise<Trail> {
  const arn = arnOf(nameOrArn, caller);
  const trail = await trailByArn(settings, arn);
  if (trail === undefined || !(await maySee(settings, trail, caller))) {
    throw new AwsError('TrailNotFoundException', `Unknown trail: ${arn} for the user: ${caller.accountId}`);
  }
  return trail;
}

/** The same for operations that change it: only from its home region, an organization's only by who administers it. Throws InvalidHomeRegionException, NotOrganizationMasterAccountException. */
export async function findOwnTrail(
  settings: TrailSettings,
  nameOrArn: string,
  caller: Caller,
): Promise<Trail> {
  const trail = await findTrail(settings, nameOrArn, caller);
  await checkMayChange(settings, trail, caller);
  if (trail.home_region !== caller.region) {
    throw new AwsError(
      'InvalidHomeRegionException',
      `Trail ${trail.arn} can only be changed from its home region ${trail.home_region}; the request was made in ${caller.region}.`,
    );
  }
  return trail;
}

/** Throws NotOrganizationMasterAccountException: members see their organization's trails and change nothing of them. */
export async function checkMayChange(
  settings: TrailSettings,
  trail: Trail,
  { accountId }: Pick<Caller, 'accountId'>,
): Promise<void> {
  if (trail.account === accountId) return;
  if ((await membershipOf(settings, accountId))?.administers !== true) throw notMaster(accountId);
}

async function maySee(settings: TrailSettings, trail: Trail, { accountId }: Caller): Promise<boolean> {
  if (trail.account === accountId) return true;
  if (trail.organization === null) return false;
  return (await membershipOf(settings, accountId))?.organization === trail.organization;
}

/** What the policies are asked about: the ARN of the trail that the member names; `*` where it names none. */
export function trailResource(
  member: string,
): (input: OperationInput, context: CallContext) => readonly string[] {
  return (input, context) => {
    const named = input[member];
    if (typeof named !== 'string' || named === '') return ['*'];
    return [
      isArn(named) ? named : trailArn({ region: context.region, account: context.accountId, name: named }),
    ];
  };
}

export function trailNamed(input: OperationInput, member = 'Name'): string {
  return text(input, member);
}

function arnOf(nameOrArn: string, caller: Caller): string {
  if (isArn(nameOrArn)) {
    parseTrailArn(nameOrArn);
    return nameOrArn;
  }
  checkTrailName(nameOrArn);
  return trailArn({ region: caller.region, account: caller.accountId, name: nameOrArn });
}
