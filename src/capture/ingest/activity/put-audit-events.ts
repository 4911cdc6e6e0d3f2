import { hash } from 'node:crypto';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, OperationInput, PolicyDocument } from '../../../aws/operation.ts';
import { failure, type Activity, type ActivityFailure, type IngestChannel } from './activity.ts';
import { readEventData } from './check-event-data.ts';
import { takeWithReport, type ReportDeps } from './report.ts';

export type AuditEventDeps = ReportDeps & {
  /** By ARN. */
  readonly channel: (arn: string) => IngestChannel | undefined;
  /** The resource policy of a channel. */
  readonly policyOf: (arn: string) => Promise<PolicyDocument | undefined>;
};

const MOST_EVENTS = 100;
const MOST_BYTES = 1024 * 1024;
const ARN = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:channel\/[0-9a-f-]{36}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const EVENT_ID = /^[-_A-Za-z0-9]{1,128}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const EXTERNAL_ID_KEY = 'cloudtrail:ExternalId';

/** https://docs.aws.amazon.com/awscloudtraildata/latest/APIReference/API_PutAuditEvents.html */
export function putAuditEvents(deps: AuditEventDeps): Operation {
  const named = (input: OperationInput, context: CallContext) => {
    const arn = arnOf(input, context);
    return arn === undefined ? undefined : deps.channel(arn);
  };
  return {
    service: 'cloudtrail-data',
    name: 'PutAuditEvents',
    resources: (input, context) => [arnOf(input, context) ?? '*'],
    resourceAccount: async (input, context) => named(input, context)?.account,
    resourcePolicy: async (input, context) => {
      const channel = named(input, context);
      return channel && deps.policyOf(channel.arn);
    },
    conditionKeys: async (input) => ({ [EXTERNAL_ID_KEY]: externalIdOf(input) }),
    handle: async (input, context) => ({ output: await put(deps, input, context) }),
  };
}

async function put(deps: AuditEventDeps, input: OperationInput, context: CallContext) {
  const arn = arnOf(input, context);
  if (arn === undefined)
    throw new AwsError('InvalidChannelARN', `${shown(input['channelArn'])} is not the ARN of a channel.`);
  const channel = deps.channel(arn);
  if (channel === undefined) throw new AwsError('ChannelNotFound', `There is no channel ${arn}.`);
  await checkExternalId(deps, channel, input);
  const events = readEvents(input['auditEvents']);
  const sent = events.map((event) => ({ id: event.id, read: readEvent(event, channel) }));
  return takeWithReport(deps, channel, sent);
}

type AuditEvent = {
  readonly id: string;
  readonly eventData: string;
  readonly eventDataChecksum: string | undefined;
};

function readEvents(given: unknown): readonly AuditEvent[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  if (list.length < 1 || list.length > MOST_EVENTS)
    throw invalid(`auditEvents must hold 1 to ${MOST_EVENTS} events (got ${list.length}).`);
  const events = list.map(readEntry);
  const bytes = events.reduce((sum, { eventData }) => sum + Buffer.byteLength(eventData), 0);
  if (bytes > MOST_BYTES)
    throw invalid(`auditEvents may have at most ${MOST_BYTES} bytes of eventData (got ${bytes}).`);
  const ids = new Set<string>();
  for (const { id } of events) {
    if (ids.has(id))
      throw new AwsError(
        'DuplicatedAuditEventId',
        `Two or more events in the request have the id ${shown(id)}.`,
      );
    ids.add(id);
  }
  return events;
}

function readEntry(given: unknown, at: number): AuditEvent {
  const { id, eventData, eventDataChecksum } = (given ?? {}) as Record<string, unknown>;
  const place = `auditEvents[${at}]`;
  if (typeof id !== 'string' || !EVENT_ID.test(id))
    throw invalid(
      `${place}.id must have 1 to 128 letters, digits, dashes or underscores (got ${shown(id)}).`,
    );
  if (typeof eventData !== 'string') throw invalid(`${place}.eventData must be specified.`);
  if (eventDataChecksum !== undefined && eventDataChecksum !== null && typeof eventDataChecksum !== 'string')
    throw invalid(`${place}.eventDataChecksum must be a string.`);
  return { id, eventData, eventDataChecksum: eventDataChecksum ?? undefined };
}

function readEvent(
  { id, eventData, eventDataChecksum: checksum }: AuditEvent,
  channel: IngestChannel,
): Activity | ActivityFailure {
  if (checksum !== undefined && checksum !== hash('sha256', eventData, 'base64'))
    return failure('InvalidChecksum', 'eventDataChecksum is not the base64 SHA-256 of eventData.');
  return readEventData(id, eventData, channel);
}

/** The id alone names a channel of the caller's own account and region. */
function arnOf(input: OperationInput, { region, accountId }: CallContext): string | undefined {
  const given = input['channelArn'];
  if (typeof given !== 'string') return undefined;
  if (UUID.test(given)) return `arn:aws:cloudtrail:${region}:${accountId}:channel/${given}`;
  return ARN.test(given) ? given : undefined;
}

function externalIdOf(input: OperationInput): string | undefined {
  const given = input['externalId'];
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'string' || !EXTERNAL_ID.test(given))
    throw invalid('externalId must have 2 to 1224 letters, digits or any of _+=,.@:/-');
  return given;
}

/** Where the channel's policy names external ids, every call must bring one of them, those of the owner too. */
async function checkExternalId(
  deps: AuditEventDeps,
  channel: IngestChannel,
  input: OperationInput,
): Promise<void> {
  const wanted = externalIdsIn(await deps.policyOf(channel.arn));
  const given = externalIdOf(input);
  if (wanted.size > 0 && (given === undefined || !wanted.has(given)))
    throw new AwsError(
      'ChannelInsufficientPermission',
      'The policy of the channel asks for an externalId, which the request does not have.',
    );
}

function externalIdsIn(policy: PolicyDocument | undefined): ReadonlySet<string> {
  const given: unknown = policy?.['Statement'];
  const statements = (Array.isArray(given) ? given : [given]) as readonly (
    Record<string, unknown> | undefined
  )[];
  const found = new Set<string>();
  for (const statement of statements) {
    for (const keys of Object.values(
      (statement?.['Condition'] ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      for (const [key, value] of Object.entries(keys))
        if (key.toLowerCase() === EXTERNAL_ID_KEY.toLowerCase())
          [value].flat().forEach((one) => found.add(String(one)));
    }
  }
  return found;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 200));
}
