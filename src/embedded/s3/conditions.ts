import { AwsError } from '../../aws/errors.ts';
import type { OperationInput } from '../../aws/operation.ts';
import type { StoredObject } from './bucket-store.ts';

/** If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since as RFC 9110 §13 orders them. Throws PreconditionFailed (412) or NotModified (304). */
export function checkConditions(input: OperationInput, object: StoredObject): void {
  const modified = Math.floor(object.modifiedAt / 1000) * 1000;
  const ifMatch = input['IfMatch'];
  const ifNoneMatch = input['IfNoneMatch'];
  const since = input['IfModifiedSince'];
  const unmodifiedSince = input['IfUnmodifiedSince'];
  if (typeof ifMatch === 'string') {
    if (!matches(ifMatch, object.etag)) throw failed('If-Match');
  } else if (unmodifiedSince instanceof Date && modified > unmodifiedSince.getTime())
    throw failed('If-Unmodified-Since');
  if (typeof ifNoneMatch === 'string') {
    if (matches(ifNoneMatch, object.etag)) throw notModified();
  } else if (since instanceof Date && modified <= since.getTime()) throw notModified();
}

function matches(header: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, '').replaceAll('"', '');
  return header.split(',').some((part) => part.trim() === '*' || bare(part) === bare(etag));
}

function failed(condition: string): AwsError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new AwsError('PreconditionFailed', message, { status: 412, detail: { Condition: condition } });
}

function notModified(): AwsError {
  return new AwsError('NotModified', 'Not Modified', { status: 304 });
}
