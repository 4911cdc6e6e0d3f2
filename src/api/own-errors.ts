import { AwsError } from '../aws/errors.ts';
import type { NamedCall } from '../capture/captured-call.ts';

/** The operation is not one of the service's: each protocol's own word for it. */
export function unknownOperation({ service, operation, protocol }: NamedCall): AwsError {
  const message = `The operation ${operation} of ${service} is not one that Opentrail answers.`;
  switch (protocol) {
    case 'query':
    case 'ec2':
      return operation === 'unknown'
        ? new AwsError('MissingAction', 'The request is missing an action or a required parameter.')
        : new AwsError('InvalidAction', message);
    case 'rest-xml':
      return new AwsError('NotImplemented', message, { status: 501 });
    case 'rest-json':
      return new AwsError('UnknownOperationException', message, { status: 404 });
    case 'json':
    case 'cbor':
    case 'unknown':
      return new AwsError('UnknownOperationException', message);
  }
}

/** Services that say of themselves what is not supported. */
const WITH_OWN_WORD: ReadonlySet<string> = new Set(['cloudtrail', 'cloudtrail-data', 'events']);

/** One of the service's operations, and not built. */
export function notBuilt(named: NamedCall): AwsError {
  if (!WITH_OWN_WORD.has(named.service)) return unknownOperation(named);
  return new AwsError(
    'UnsupportedOperationException',
    `The operation ${named.operation} of ${named.service} is not supported yet.`,
  );
}

/** Nobody answers for the service. Not a 5xx that clients would retry. */
export function noUpstream({ service }: NamedCall): AwsError {
  const variable = `OPENTRAIL_UPSTREAM_${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  const message =
    service === 'unknown'
      ? 'The request names no AWS service: neither its signature nor its headers nor its path tell which one it is for.'
      : `Opentrail does not serve ${service} itself and has no upstream for it: set OPENTRAIL_UPSTREAM or ${variable}.`;
  return new AwsError('NotImplemented', message, { status: 501 });
}

/** In fail-closed mode, while the journal takes no entries. */
export function cannotRecord(): AwsError {
  return new AwsError('ServiceUnavailable', 'The call cannot be recorded now, and is refused for that.', {
    status: 503,
  });
}

/** What a caller may know of a failure of ours: nothing but that it was ours. */
export function internalFailure({ service }: Pick<NamedCall, 'service'>, cause: unknown): AwsError {
  const code = service === 's3' ? 'InternalError' : 'InternalFailure';
  return new AwsError(code, 'We encountered an internal error. Please try again.', { status: 500, cause });
}
