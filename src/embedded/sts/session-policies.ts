import { z } from 'zod';

import { AwsError } from '../../aws/errors.ts';
import type { PolicyDocument } from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import type { RoleSource, SessionPolicies } from '../../aws/sessions.ts';

/** Characters of all session policies together. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_SIZE = 2048;

export const sessionPolicyMembers = {
  Policy: z
    .string()
    .min(1)
    .max(MAX_SIZE)
    .regex(/^[\u0009\u000A\u000D\u0020-\u00FF]+$/)
    .optional(),
  PolicyArns: z
    .array(z.object({ arn: z.string().min(20).max(2048) }))
    .max(10)
    .optional(),
};

export type GivenPolicies = {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn: string }[] | undefined;
};

/** Undefined when none were given. Throws MalformedPolicyDocument, PackedPolicyTooLarge. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session */
export function sessionPoliciesOf(
  { knowsPolicy }: Pick<RoleSource, 'knowsPolicy'>,
  given: GivenPolicies,
): SessionPolicies | undefined {
  const { Policy, PolicyArns = [] } = given;
  const { PackedPolicySize = 0 } = packedSize(given);
  if (PackedPolicySize > 100)
    throw new AwsError(
      'PackedPolicyTooLarge',
      `Packed policy consumes ${PackedPolicySize}% of allotted space, please use smaller policy.`,
      { status: 400 },
    );
  const arns = PolicyArns.map(({ arn }) => arn);
  const unknown = arns.find((arn) => !knowsPolicy(arn));
  if (unknown !== undefined) throw malformed(`Policy ${unknown} does not exist.`);
  if (Policy === undefined) return arns.length === 0 ? undefined : { arns };
  return { document: parse(Policy), ...(arns.length === 0 ? {} : { arns }) };
}

/** `PackedPolicySize`: how many percent of what is allowed the policies take up. */
export function packedSize({ Policy = '', PolicyArns = [] }: GivenPolicies): { PackedPolicySize?: number } {
  const characters = Policy.length + PolicyArns.reduce((sum, { arn }) => sum + arn.length, 0);
  return characters === 0 ? {} : { PackedPolicySize: Math.ceil((characters / MAX_SIZE) * 100) };
}

function parse(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  const complaints = validatePolicy(document);
  if (complaints.length > 0) throw malformed(complaints.join(' '));
  return document as PolicyDocument;
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message, { status: 400 });
}
