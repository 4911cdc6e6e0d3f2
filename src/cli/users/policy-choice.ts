import { readFile } from 'node:fs/promises';

import {
  AttachUserPolicyCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { IamAccess } from './iam-client.ts';

/** `admin` and `read-only` are AWS managed policies; anything else is a file. */
export type PolicyChoice = { readonly arn: string } | { readonly document: string };

const MANAGED: ReadonlyMap<string, string> = new Map([
  ['admin', 'arn:aws:iam::aws:policy/AdministratorAccess'],
  ['read-only', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
]);

/** Name of the inline policy that these commands keep. */
const INLINE = 'opentrail-users';

/** Throws BAD_ARGUMENT for a file that cannot be read or is no JSON. */
export async function policyChoice(text: string): Promise<PolicyChoice> {
  const arn = MANAGED.get(text);
  if (arn !== undefined) return { arn };
  const document = await readFile(text, 'utf8').catch((cause: unknown) => {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      `policy must be admin, read-only or a file: ${messageOf(cause)}`,
      { cause },
    );
  });
  try {
    return { document: JSON.stringify(JSON.parse(document)) };
  } catch (cause) {
    throw new OpentrailError('BAD_ARGUMENT', `${text}: ${messageOf(cause)}`, { cause });
  }
}

/** Grants the choice first, then takes away what was granted before. */
export async function grant(
  { client, call }: IamAccess,
  UserName: string,
  choice: PolicyChoice,
): Promise<void> {
  if ('arn' in choice)
    await call(client.send(new AttachUserPolicyCommand({ UserName, PolicyArn: choice.arn })));
  else
    await call(
      client.send(
        new PutUserPolicyCommand({ UserName, PolicyName: INLINE, PolicyDocument: choice.document }),
      ),
    );
  const attached = await call(client.send(new ListAttachedUserPoliciesCommand({ UserName })));
  for (const { PolicyArn } of attached.AttachedPolicies ?? []) {
    const kept = 'arn' in choice && choice.arn === PolicyArn;
    if (!kept && [...MANAGED.values()].includes(PolicyArn ?? ''))
      await call(client.send(new DetachUserPolicyCommand({ UserName, PolicyArn })));
  }
  const inline = await call(client.send(new ListUserPoliciesCommand({ UserName })));
  if ('arn' in choice && inline.PolicyNames?.includes(INLINE))
    await call(client.send(new DeleteUserPolicyCommand({ UserName, PolicyName: INLINE })));
}
