import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

import type { RouteRequest } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { IngestChannel } from '../../capture/ingest/activity/activity.ts';
import type { Channels } from '../channels.ts';

/** The channel that whoever sends may send to: by `Authorization: Bearer …`, else by a client certificate. Throws 401 or 403. */
export function channelOfSender(
  { senders, table }: Pick<Channels, 'senders' | 'table'>,
  request: Pick<RouteRequest, 'headers' | 'raw'>,
): IngestChannel {
  const { authorization } = request.headers;
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const sender =
    authorization === undefined
      ? senders.byCertificate(certificateNames(request.raw))
      : senders.byToken(token ?? '');
  const channel = sender && table.get(sender.channel_arn);
  if (channel !== undefined) return channel;
  const status = 401;
  if (authorization !== undefined)
    throw new AwsError('InvalidToken', 'The bearer token is not one of a channel, or it has expired.', {
      status,
    });
  throw new AwsError(
    'MissingToken',
    'The request needs a bearer token of a channel (opentrail tokens create), or a client certificate that sends to one.',
    { status },
  );
}

/** Of a certificate that the endpoint's CA vouches for; [] without one. */
function certificateNames({ socket }: IncomingMessage): readonly string[] {
  if (!('authorized' in socket) || socket.authorized !== true) return [];
  const { subject, subjectaltname = '' } = (socket as TLSSocket).getPeerCertificate();
  const common = subject === undefined ? [] : [subject.CN].flat();
  const others = subjectaltname
    .split(', ')
    .flatMap((name) => /^(?:DNS|URI):(.+)$/.exec(name)?.[1] ?? [])
    // Names with odd characters come quoted: such a one is nobody's.
    .filter((name) => !name.startsWith('"'));
  return [...others, ...common.filter((name) => typeof name === 'string')];
}
