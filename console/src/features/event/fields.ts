import { childOf, textAt, type RecordObject } from '../../events/record.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import type { WhoKind } from '../../events/who.ts';

export type Field = {
  readonly label: string;
  readonly value: string;
  /** Identifiers: monospaced, with a button to copy. */
  readonly identifier?: boolean;
  /** It has a page of its own. */
  readonly who?: WhoKind;
};

/** What a record says about who, what and where, in the order in which one asks. Empty ones are left out. */
export function fieldsOf(event: TrailEvent): readonly Field[] {
  const identity = childOf(event.record, 'userIdentity');
  const context = childOf(identity, 'sessionContext');
  const fields: readonly Field[] = [
    { label: 'Event source', value: event.source },
    { label: 'Error code', value: event.errorCode },
    { label: 'Error message', value: event.errorMessage },
    { label: 'User name', value: event.username, who: 'user' },
    { label: 'Identity type', value: textAt(identity, 'type') },
    { label: 'User ARN', value: event.userArn, identifier: true, who: 'identity' },
    {
      label: 'Role',
      value: textAt(context, 'sessionIssuer', 'arn'),
      identifier: true,
      who: issuerKind(context),
    },
    { label: 'Access key', value: event.accessKeyId, identifier: true, who: 'key' },
    { label: 'Invoked by', value: textAt(identity, 'invokedBy') },
    { label: 'Signed in with MFA', value: yesNo(textAt(context, 'attributes', 'mfaAuthenticated')) },
    { label: 'Session began', value: textAt(context, 'attributes', 'creationDate') },
    { label: 'Session from the console', value: yesNo(textAt(event.record, 'sessionCredentialFromConsole')) },
    { label: 'Source IP', value: event.sourceIp, identifier: true, who: 'address' },
    { label: 'User agent', value: event.userAgent },
    { label: 'Account', value: event.account, identifier: true },
    { label: 'Region', value: event.region },
    { label: 'Kind', value: `${event.category}, ${event.readOnly ? 'read-only' : 'changes something'}` },
    { label: 'VPC endpoint', value: textAt(event.record, 'vpcEndpointId'), identifier: true },
    { label: 'TLS', value: tlsOf(event) },
    { label: 'Event ID', value: event.id, identifier: true },
    { label: 'Request ID', value: textAt(event.record, 'requestID'), identifier: true },
    { label: 'Shared event ID', value: textAt(event.record, 'sharedEventID'), identifier: true },
  ];
  return fields.filter(({ value }) => value !== '');
}

/** A session is of a role, or of a user's own. */
function issuerKind(context: RecordObject): WhoKind {
  return textAt(context, 'sessionIssuer', 'type') === 'Role' ? 'role' : 'identity';
}

function tlsOf(event: TrailEvent): string {
  const tls = childOf(event.record, 'tlsDetails');
  return [textAt(tls, 'tlsVersion'), textAt(tls, 'clientProvidedHostHeader')].filter(Boolean).join(', ');
}

function yesNo(text: string): string {
  return text === 'true' ? 'yes' : text === 'false' ? 'no' : text;
}
