import type { ServiceModel } from '../../aws/models/index.ts';
import { parseResponse, parseXmlPlain } from '../../aws/protocols/index.ts';
import type { CapturedResponse } from '../../capture/captured-call.ts';
import { isDataEvent } from '../kinds/data-events.ts';
import { compileEc2Elements } from './ec2-elements.ts';
import type { OperationPlace } from './request-parameters.ts';
import { writeUnmodelled } from './foreign.ts';
import { HIDDEN, S3_KEY_ID } from './hidden.ts';
import { compileShape, writeValue } from './shape.ts';

type Json = Record<string, unknown>;

export type WriteElements = (response: CapturedResponse) => Json | null;

/** Read-only operations that have responseElements all the same: real records, and https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html */
const READS_WITH_ELEMENTS: ReadonlySet<string> = new Set(
  ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'GetSessionToken'].map(
    (name) => `sts:${name}`,
  ),
);

/** Writes whose answers are the callers' own data: real records have null. */
const WITHOUT_ELEMENTS: ReadonlySet<string> = new Set(
  ['Invoke', 'InvokeAsync', 'InvokeWithResponseStream'].map((name) => `lambda:${name}`),
);

/** Services that record what their answer's only structure holds, without the structure: real records of RDS, logging pages of the others. */
const UNWRAPPED: ReadonlySet<string> = new Set(['rds', 'redshift', 'elasticache']);

/** Answers of which real records keep `{ arn }` only. */
const ARN_ALONE: ReadonlySet<string> = new Set(
  ['CreateSecret', 'PutSecretValue'].map((name) => `secretsmanager:${name}`),
);

const NOTHING: WriteElements = () => null;

/** How an operation's responseElements are written: null for reads and for what answers nothing. The writer never throws. */
export function compileElements(
  place: OperationPlace,
  readOnly: boolean,
  service: ServiceModel | undefined,
): WriteElements {
  const name = `${place.service}:${place.operation}`;
  if ((readOnly && !READS_WITH_ELEMENTS.has(name)) || WITHOUT_ELEMENTS.has(name)) return NOTHING;
  const write = writerFor(place, service);
  return (response) => {
    try {
      return write(response);
    } catch {
      return null;
    }
  };
}

function writerFor(
  { service, operation, protocol, model }: OperationPlace,
  serviceModel: ServiceModel | undefined,
): WriteElements {
  if (service === 's3') return isDataEvent(service, operation) ? s3Elements : NOTHING;
  if (protocol === 'ec2') {
    const write = compileEc2Elements(
      operation,
      model?.output,
      serviceModel?.xmlNamespace ?? 'http://ec2.amazonaws.com/doc/2016-11-15/',
    );
    return ({ body }) => (body === undefined || body.length === 0 ? null : orNull(write(body)));
  }
  if (model === undefined)
    return protocol === 'json' || protocol === 'rest-json'
      ? ({ body }) => foreignJson(service, body)
      : protocol === 'query'
        ? ({ body }) => foreignXml(service, operation, body)
        : NOTHING;
  const shape = compileShape(service, model.output);
  if (protocol === 'json') {
    const finish = ARN_ALONE.has(`${service}:${operation}`) ? arnAlone : orNull;
    return ({ body }) =>
      body === undefined || body.length <= 2 ? null : finish(writeValue(shape, readJson(body)));
  }
  const finish = UNWRAPPED.has(service) ? (value: unknown) => orNull(unwrap(value)) : orNull;
  return ({ status, headers, body }) =>
    body === undefined ? null : finish(writeValue(shape, parseResponse(model, { status, headers, body })));
}

function arnAlone(value: unknown): Json | null {
  const arn = orNull(value)?.['aRN'];
  return arn === undefined ? null : { arn };
}

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members: unknown[] = Object.values(value);
  const [only] = members;
  return members.length === 1 && typeof only === 'object' && only !== null && !Array.isArray(only)
    ? only
    : value;
}

/** Headers of an S3 answer that belong to the elements of a write to an object; writes to buckets have none in real records. */
const S3_HEADERS = [
  'x-amz-request-id',
  'x-amz-id-2',
  'x-amz-version-id',
  'x-amz-delete-marker',
  'x-amz-expiration',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-copy-source-version-id',
];

const s3Elements: WriteElements = ({ headers }) => {
  const elements: Json = {};
  for (const header of S3_HEADERS) {
    if (headers[header] !== undefined) elements[header] = header === S3_KEY_ID ? HIDDEN : headers[header];
  }
  // Some S3 servers tell their request id as the other services do.
  const id = headers['x-amzn-requestid'];
  if (id !== undefined) elements['x-amz-request-id'] ??= id;
  return orNull(elements);
};

function foreignJson(service: string, body: Uint8Array | undefined): Json | null {
  return body === undefined || body.length <= 2
    ? null
    : orNull(writeUnmodelled(service, orNull(readJson(body)) ?? {}));
}

/** What stands in `<OperationResult>`, as text. */
function foreignXml(service: string, operation: string, body: Uint8Array | undefined): Json | null {
  const plain = body === undefined || body.length === 0 ? undefined : parseXmlPlain(body);
  const result = orNull(orNull(plain)?.[`${operation}Result`]);
  return result === null ? null : orNull(writeUnmodelled(service, result));
}

function readJson(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
}

function orNull(value: unknown): Json | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  for (const _member in value) return value as Json;
  return null;
}
