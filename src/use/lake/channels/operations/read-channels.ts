import { AwsError } from '../../../../aws/errors.ts';
import { pageOf } from '../../../../aws/page-token.ts';
import { findChannel, optionalText } from '../channel-input.ts';
import { shownDestinations } from '../destinations.ts';
import type { ChannelRow } from '../settings.ts';
import type { Handle } from './deps.ts';

const MOST_A_PAGE = 1000;
const A_PAGE = 100;

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetChannel.html */
export const getChannel: Handle = async ({ table }, input, context) => {
  const row = findChannel(table, input, context);
  return {
    output: {
      ChannelArn: row.arn,
      Name: row.name,
      Source: row.source,
      // Selectors are of channels that services of AWS make for themselves; this is what AWS answers for all others.
      SourceConfig: { ApplyToAllRegions: false, AdvancedEventSelectors: [] },
      Destinations: shownDestinations(row),
      IngestionStatus: ingestionStatus(row),
    },
  };
};

function ingestionStatus(row: ChannelRow): Readonly<Record<string, unknown>> {
  const date = (at: number | null) => (at === null ? undefined : new Date(at));
  return {
    LatestIngestionSuccessTime: date(row.success_at),
    LatestIngestionSuccessEventID: row.success_event ?? undefined,
    LatestIngestionErrorCode: row.error_code ?? undefined,
    LatestIngestionAttemptTime: date(row.attempt_at),
    LatestIngestionAttemptEventID: row.attempt_event ?? undefined,
  };
}

/** By name. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListChannels.html */
export const listChannels: Handle = async ({ table }, input, context) => {
  const { items, next } = pageOf(table.of(context.accountId, context.region), ({ name }) => name, {
    limit: pageSize(input['MaxResults']),
    token: optionalText(input, 'NextToken'),
    bad: () => new AwsError('InvalidNextTokenException', 'The specified NextToken is not valid.'),
  });
  const Channels = items.map(({ arn, name }) => ({ ChannelArn: arn, Name: name }));
  return { output: { Channels, NextToken: next } };
};

function pageSize(given: unknown): number {
  if (given === undefined || given === null) return A_PAGE;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= MOST_A_PAGE)
    return given;
  throw new AwsError(
    'InvalidParameterException',
    `MaxResults must be a number from 1 to ${MOST_A_PAGE} (got ${JSON.stringify(given)}).`,
  );
}
