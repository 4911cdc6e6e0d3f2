import { AwsError } from '../../../../aws/errors.ts';
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
  const most = pageSize(input['MaxResults']);
  const after = nameAfter(optionalText(input, 'NextToken'));
  const rows = table.of(context.accountId, context.region).filter(({ name }) => after === '' || name > after);
  const page = rows.slice(0, most);
  const last = page.at(-1);
  return {
    output: {
      Channels: page.map(({ arn, name }) => ({ ChannelArn: arn, Name: name })),
      ...(rows.length > most && last !== undefined ? { NextToken: tokenOf(last.name) } : {}),
    },
  };
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

const PREFIX = 'channels:';

function tokenOf(name: string): string {
  return Buffer.from(`${PREFIX}${name}`).toString('base64url');
}

function nameAfter(token: string | undefined): string {
  if (token === undefined) return '';
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith(PREFIX)) return text.slice(PREFIX.length);
  throw new AwsError('InvalidNextTokenException', 'The specified NextToken is not valid.');
}
