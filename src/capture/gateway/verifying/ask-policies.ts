import type { PolicyDocument, Principal } from '../../../aws/operation.ts';
import { authorize } from '../../../aws/policy/authorize.ts';
import { conditionKeysOf } from '../../../aws/policy/condition-keys.ts';
import type { ConditionKeys } from '../../../aws/policy/policy-request.ts';
import type { IncomingCall } from '../../captured-call.ts';
import { cautiousPolicy } from './cautious-policy.ts';
import type { Question } from './question.ts';
import { certaintyOf, questionsOf } from './questions.ts';
import { isS3Key, s3ConditionKeys } from './s3-questions.ts';

/** Throws AccessDenied unless the caller's policies allow everything that the call asks for. */
export async function askPolicies(principal: Principal, incoming: IncomingCall, now: number): Promise<void> {
  const { named, request, sourceIp, tls } = incoming;
  const global = conditionKeysOf(principal, {
    sourceIp,
    userAgent: request.headers['user-agent'] ?? '',
    region: named.region,
    now,
    secure: tls !== undefined,
  });
  const isS3 = named.service === 's3';
  const context = isS3 ? { ...global, ...s3ConditionKeys(incoming) } : global;
  const lower = new Set(Object.keys(global).map((key) => key.toLowerCase()));
  const isKnownKey = (key: string): boolean =>
    lower.has(key) || key.startsWith('aws:principaltag/') || (isS3 && isS3Key(key));
  for (const question of questionsOf(incoming)) await ask(principal, question, { context, isKnownKey });
}

type Facts = { readonly context: ConditionKeys; readonly isKnownKey: (key: string) => boolean };

async function ask(principal: Principal, question: Question, { context, isKnownKey }: Facts): Promise<void> {
  const { action, resource } = question;
  const service = action.slice(0, action.indexOf(':')).toLowerCase();
  const known = { service, isKnownKey, ...(await certaintyOf(question)) };
  const read = (policy: PolicyDocument): PolicyDocument => cautiousPolicy(policy, known);
  const limited = { ...principal, sessionPolicies: principal.sessionPolicies?.map(read) };
  authorize(
    { principal: limited, action, resource, context },
    { identityPolicies: principal.policies.map(read) },
  );
}
