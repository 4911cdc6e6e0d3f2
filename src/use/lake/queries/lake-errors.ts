import { AwsError } from '../../../aws/errors.ts';

/** Errors of queries, by the names of https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartQuery.html */

export const invalidParameter = (message: string, cause?: unknown) =>
  new AwsError('InvalidParameterException', message, { cause });

export const invalidStatement = (message: string, cause?: unknown) =>
  new AwsError('InvalidQueryStatementException', message, { cause });

export const storeNotFound = (named: string) =>
  new AwsError(
    'EventDataStoreNotFoundException',
    `The event data store ${named.slice(0, 256)} does not exist.`,
  );

export const inactiveStore = (arn: string) =>
  new AwsError(
    'InactiveEventDataStoreException',
    `The event data store ${arn} is inactive: it is to be deleted.`,
  );

export const queryNotFound = (id: string) =>
  new AwsError('QueryIdNotFoundException', `The query ${id.slice(0, 256)} does not exist.`);

export const invalidToken = () =>
  new AwsError(
    'InvalidNextTokenException',
    'The NextToken is not valid, or was given by a request with other parameters.',
  );
