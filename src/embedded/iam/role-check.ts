import { evaluate } from '../../aws/policy/evaluate.ts';
import type { RolePort } from '../../aws/ports.ts';
import type { Directory } from './directory.ts';
import type { DirectoryRole } from './principals.ts';
import { trustInForce } from './trust.ts';

/** What the roles here may do for an AWS service, by their trust and their own policies. */
export function createRolePort(directory: Directory, accountId: string): RolePort {
  return {
    checkServiceRole: ({ roleArn, service, source, actions }) => {
      const role = directory.roleByArn(roleArn);
      const context = { 'aws:SourceArn': source.arn, 'aws:SourceAccount': source.accountId };
      if (role === undefined || !trusts(directory, role, { service, context })) return 'untrusted';
      const principal = { type: 'AssumedRole', arn: role.arn, accountId, principalId: role.id };
      const may = actions.every(({ action, resource }) => {
        const request = { principal, action, resource, context: {} };
        return evaluate(request, { identityPolicies: role.policies }) === 'allow';
      });
      return may ? 'allowed' : 'denied';
    },
  };
}

function trusts(
  directory: Directory,
  role: DirectoryRole,
  { service, context }: { readonly service: string; readonly context: Readonly<Record<string, string>> },
): boolean {
  const principal = { type: 'AWSService', arn: '', accountId: '', principalId: '', service };
  const request = { principal, action: 'sts:AssumeRole', resource: role.arn, context };
  const resourcePolicies = [trustInForce(directory, role)];
  return evaluate(request, { identityPolicies: [], resourcePolicies }) === 'allow';
}
