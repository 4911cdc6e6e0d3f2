import type { Operation } from '../../../aws/operation.ts';
import { limitExceeded } from '../iam-errors.ts';
import { existingRoleName, paging, policyDocument } from '../iam-input.ts';
import { sizeOf } from '../policy-documents.ts';
import { readTrust } from '../trust.ts';
import { entityResource, ROLE } from './entity.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';
import { findRole } from './role-shape.ts';

/** Characters, white space not counted. */
const MAX_TRUST = 2048;

/** Who may become a role, and what. */
export function roleTrustOperations(parts: IamParts): Operation[] {
  return [updateAssumeRolePolicyOperation(parts), listInstanceProfilesForRoleOperation(parts)];
}

function updateAssumeRolePolicyOperation(parts: IamParts): Operation {
  return iamOperation('UpdateAssumeRolePolicy', {
    input: { RoleName: existingRoleName, PolicyDocument: policyDocument },
    resource: entityResource(parts, ROLE),
    handle: async (input) => {
      const role = await findRole(parts, input.RoleName);
      const { trust, pins } = readTrust(parts.directory, parts.accountId, input.PolicyDocument);
      checkTrustSize(trust);
      const now = { trust, trust_pins: JSON.stringify(pins) };
      await parts.settings.updateTable('iam_roles').set(now).where('id', '=', role.id).execute();
      await parts.directory.refresh(role.id);
    },
  });
}

/** There are no machines here, hence no instance profiles; tools ask for them before they delete a role. */
function listInstanceProfilesForRoleOperation(parts: IamParts): Operation {
  return iamOperation('ListInstanceProfilesForRole', {
    input: { RoleName: existingRoleName, ...paging },
    resource: entityResource(parts, ROLE),
    handle: async (input) => {
      await findRole(parts, input.RoleName);
      return { InstanceProfiles: [], IsTruncated: false };
    },
  });
}

/** Throws LimitExceeded. */
export function checkTrustSize(document: string): void {
  if (sizeOf(document) > MAX_TRUST)
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${MAX_TRUST}`);
}
