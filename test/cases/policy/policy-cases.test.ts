import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { PolicyDocument } from '../../../src/aws/operation.ts';
import { evaluate, type PolicyRequest, type Verdict } from '../../../src/aws/policy/evaluate.ts';

/**
 * Each file beside this one: `{ "policies": { name: document }, "cases": [ … ] }`. A case names its identity and resource policies, and what
 * differs from the usual request (alice of 123456789012 reading an object).
 */
type Case = {
  readonly name: string;
  readonly identity?: readonly string[];
  readonly resource?: readonly string[];
  /** The caller is then a session of the role `reader`, with these policies of its own. */
  readonly session?: readonly string[];
  readonly request?: Partial<PolicyRequest>;
  readonly verdict: Verdict;
};

const alice = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::123456789012:user/alice',
  accountId: '123456789012',
  principalId: 'AIDAALICE',
};
const usual: PolicyRequest = {
  principal: alice,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::logs/alice/a.txt',
  context: {},
};

const reader = {
  type: 'AssumedRole',
  arn: 'arn:aws:sts::123456789012:assumed-role/reader/shift',
  accountId: '123456789012',
  principalId: 'AROAREADER:shift',
};

const folder = import.meta.dirname;

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const { policies, cases } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    policies: Record<string, PolicyDocument>;
    cases: Case[];
  };
  const named = (names: readonly string[] = []) =>
    names.map((name) => policies[name] ?? expect.fail(`no policy ${name}`));

  describe(file, () => {
    it.each(cases)('$name: $verdict', ({ identity, resource, session, request, verdict }) => {
      const asSession = session && {
        principal: { ...reader, sessionPolicies: named(session) },
        context: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/reader' },
      };
      expect(
        evaluate(
          { ...usual, ...asSession, ...request },
          { identityPolicies: named(identity), resourcePolicies: named(resource) },
        ),
      ).toBe(verdict);
    });
  });
}
