import { isoSeconds } from '../../base/clock.ts';
import type { Actor } from './cast.ts';
import type { Random } from './random.ts';

export type DemoCall = {
  readonly id?: string | undefined;
  readonly actor: Actor;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly elements: Readonly<Record<string, unknown>> | null;
  readonly error?: string | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
};

/** One line of JSON in CloudTrail's key order. */
export function demoRecord(random: Random, call: DemoCall): string {
  const { actor } = call;
  const action = `${call.source.replace('.amazonaws.com', '')}:${call.name}`;
  const error = call.error && {
    errorCode: call.error,
    errorMessage: `User: ${String(actor.identity['arn'])} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  };
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: actor.identity,
    eventTime: isoSeconds(call.time * 1000),
    eventSource: call.source,
    eventName: call.name,
    awsRegion: actor.region,
    sourceIPAddress: actor.ip,
    userAgent: actor.userAgent,
    ...error,
    requestParameters: call.parameters,
    responseElements: call.error ? null : call.elements,
    requestID: random.uuid(),
    eventID: call.id ?? random.uuid(),
    readOnly: call.readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: actor.account,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: call.source,
    },
    ...call.extra,
  });
}
