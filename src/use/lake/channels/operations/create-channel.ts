import { AwsError } from '../../../../aws/errors.ts';
import { channelArn, channelName, requiredText, shown } from '../channel-input.ts';
import { readDestinations, shownDestinations } from '../destinations.ts';
import type { ChannelRow } from '../settings.ts';
import type { ChannelDeps, Handle } from './deps.ts';

/** Channels of an account in a region: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_CHANNELS = 25;
const CUSTOM = 'Custom';
/**
 * Sources other than one's own services that AWS names; one channel each.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store-integration-partner.html
 */
const PARTNERS: ReadonlySet<string> = new Set([
  'Cloud Storage Security',
  'Clumio',
  'CrowdStrike',
  'CyberArk',
  'GitHub',
  'Kong Inc',
  'LaunchDarkly',
  'MontyCloud Inc',
  'Netskope',
  'Nordcloud, an IBM Company',
  'Okta',
  'One Identity',
  'Shoreline.io',
  'Snyk.io',
  'Wiz.io',
]);

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateChannel.html */
export const createChannel: Handle = async (deps, input, context) => {
  const name = channelName(requiredText(input, 'Name'));
  const source = readSource(requiredText(input, 'Source'));
  const destinations = await readDestinations(input, context, deps.stores);
  const tags = deps.extras.readTags(input, 'Tags');
  checkRoom(deps, context, { name, source });
  const row: ChannelRow = {
    arn: channelArn(context, deps.newId()),
    account: context.accountId,
    region: context.region,
    name,
    source,
    destinations: JSON.stringify(destinations),
    created_at: deps.clock.now(),
    attempt_at: null,
    attempt_event: null,
    success_at: null,
    success_event: null,
    error_code: null,
  };
  await deps.table.insert(row);
  await deps.extras.saveTags(row.arn, tags);
  return {
    output: {
      ChannelArn: row.arn,
      Name: name,
      Source: source,
      Destinations: shownDestinations(row),
      Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })),
    },
  };
};

function readSource(source: string): string {
  if (source === CUSTOM || PARTNERS.has(source)) return source;
  throw new AwsError(
    'InvalidSourceException',
    `Source ${shown(source)} is not valid: it must be ${CUSTOM}, or the name of a partner such as Okta.`,
  );
}

function checkRoom(
  { table }: ChannelDeps,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  { name, source }: Pick<ChannelRow, 'name' | 'source'>,
): void {
  const channels = table.of(accountId, region);
  checkName(channels, name);
  if (source !== CUSTOM && channels.some((other) => other.source === source))
    throw new AwsError(
      'ChannelAlreadyExistsException',
      `There is a channel for ${source} already: each partner has one.`,
    );
  if (channels.length >= MOST_CHANNELS)
    throw new AwsError(
      'ChannelMaxLimitExceededException',
      `An account can have at most ${MOST_CHANNELS} channels in a region.`,
    );
}

/** Throws ChannelAlreadyExistsException. */
export function checkName(others: readonly ChannelRow[], name: string): void {
  if (others.some((other) => other.name === name))
    throw new AwsError('ChannelAlreadyExistsException', `There is a channel named ${shown(name)} already.`);
}
