import { refuse, shown } from './refuse.ts';
import type { BasicSelector } from './selector.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_SELECTORS = 5;
const MOST_VALUES = 250;

const MAY_BE_EXCLUDED: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

/** What may stand for each type: the service alone for all of it, else one object prefix, function or table. */
const VALUES: Readonly<Record<string, RegExp>> = {
  'AWS::S3::Object': /^arn:[\w-]+:s3(?::::?)?$|^arn:[\w-]+:s3:::[^/*]+\/.*$/s,
  'AWS::Lambda::Function': /^arn:[\w-]+:lambda$|^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w:$.-]+$/,
  'AWS::DynamoDB::Table': /^arn:[\w-]+:dynamodb$|^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+$/,
};

/** Throws InvalidEventSelectorsException. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html */
export function checkBasic(selectors: readonly BasicSelector[]): void {
  if (selectors.length < 1 || selectors.length > MOST_SELECTORS) {
    throw refuse(
      `Specify a valid number of event selectors (1 to ${MOST_SELECTORS}) for your trail, not ${selectors.length}.`,
    );
  }
  const resources = selectors.flatMap((selector) => selector.DataResources);
  if (resources.reduce((sum, { Values }) => sum + Values.length, 0) > MOST_VALUES) {
    throw refuse(
      `Specify a valid number of DataResources.Values (0 to ${MOST_VALUES}) for all your selectors`,
    );
  }
  for (const { Type, Values } of resources) checkResource(Type, Values);
  for (const source of selectors.flatMap((selector) => selector.ExcludeManagementEventSources)) {
    if (!MAY_BE_EXCLUDED.has(source)) {
      throw refuse(
        `Value ${shown(source)} for ExcludeManagementEventSources is invalid. Valid are ${[...MAY_BE_EXCLUDED].join(' and ')}.`,
      );
    }
  }
}

function checkResource(type: string, values: readonly string[]): void {
  const allowed = VALUES[type];
  if (allowed === undefined) {
    throw refuse(
      `Value ${type.slice(0, 200)} for DataResources.Type is invalid. Valid are ${Object.keys(VALUES).join(', ')}; others need AdvancedEventSelectors.`,
    );
  }
  const wrong = values.find((value) => !allowed.test(value) || value.length > 2048);
  if (wrong !== undefined) throw refuse(`Value ${wrong.slice(0, 200)} for DataResources.Values is invalid.`);
}
