import { OPERATORS, type Operator } from './event-selectors.ts';

export type Category = 'Management' | 'Data' | 'NetworkActivity';

export type FieldRule = {
  readonly operators: readonly Operator[];
  readonly required?: boolean;
  /** One value only. */
  readonly single?: boolean;
  readonly oneOf?: readonly string[];
  /** Of values compared as a whole. */
  readonly pattern?: RegExp;
  readonly hint?: string;
};

const ANY: FieldRule = { operators: OPERATORS };
const READ_ONLY: FieldRule = { operators: ['Equals'], single: true, oneOf: ['true', 'false'] };

/**
 * Fields that a trail's selector may use for each category of events, and how.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
 */
export const FIELD_RULES: Readonly<Record<Category, Readonly<Record<string, FieldRule>>>> = {
  Management: {
    readOnly: READ_ONLY,
    eventSource: { operators: ['NotEquals'], oneOf: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
  },
  Data: {
    'resources.type': {
      operators: ['Equals'],
      required: true,
      single: true,
      pattern: /^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$/,
      hint: 'such as AWS::S3::Object',
    },
    readOnly: READ_ONLY,
    'resources.ARN': {
      operators: OPERATORS,
      pattern: /^arn:[\w-]+:[\w-]+:/,
      hint: 'a whole ARN; for a part of one use “starts with”',
    },
    eventName: ANY,
    eventSource: ANY,
    eventType: ANY,
    'userIdentity.arn': ANY,
    sessionCredentialFromConsole: { operators: ['Equals', 'NotEquals'], single: true, oneOf: ['true'] },
  },
  NetworkActivity: {
    eventSource: {
      operators: ['Equals'],
      required: true,
      single: true,
      pattern: /^[a-z0-9._-]+\.amazonaws\.com$/,
      hint: 'such as s3.amazonaws.com',
    },
    eventName: ANY,
    errorCode: { operators: ['Equals'], single: true, oneOf: ['VpceAccessDenied'] },
    vpcEndpointId: ANY,
    'userIdentity.arn': ANY,
  },
};

export const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  Equals: 'is',
  NotEquals: 'is not',
  StartsWith: 'starts with',
  NotStartsWith: 'does not start with',
  EndsWith: 'ends with',
  NotEndsWith: 'does not end with',
};

export function isCategory(text: string): text is Category {
  return Object.hasOwn(FIELD_RULES, text);
}
