import { AwsError } from '../../aws/errors.ts';
import type { OperationModel } from '../../aws/models/index.ts';
import { parseRequest } from '../../aws/protocols/index.ts';
import type { CapturedRequest, Protocol } from '../../capture/captured-call.ts';
import { compileEc2Parameters } from './ec2-parameters.ts';
import { readForm } from './form.ts';
import { hasParameterBody, s3Parameters } from './s3-parameters.ts';
import { writeUnmodelled } from './foreign.ts';
import { compileShape, type Shape, writeValue } from './shape.ts';

type Json = Record<string, unknown>;

/** `parameters` is null when there are none; `unavailable` says why they could not be had. */
type Parameters = { readonly parameters: Json | null; readonly unavailable?: string };

export type WriteParameters = (request: CapturedRequest) => Parameters;

export type OperationPlace = {
  readonly service: string;
  readonly operation: string;
  readonly protocol: Protocol;
  readonly model: OperationModel | undefined;
};

const NO_PARAMETERS: Parameters = { parameters: null };

/**
 * How an operation's requestParameters are written; compiled once per operation. The writer never throws, and why it failed never quotes
 * the body (the parser's own messages do).
 */
export function compileParameters(place: OperationPlace): WriteParameters {
  const write = writerFor(place);
  return (request) => {
    try {
      return write(request);
    } catch (error) {
      return {
        parameters: null,
        unavailable: `the body could not be parsed${error instanceof AwsError ? ` (${error.code})` : ''}`,
      };
    }
  };
}

function writerFor({ service, operation, protocol, model }: OperationPlace): WriteParameters {
  if (service === 's3') return (request) => s3(request, hasParameterBody(operation));
  if (protocol === 'ec2') {
    const write = compileEc2Parameters(operation, model?.input);
    return (request) => whole(request, (body) => write(body) ?? 'the body is not a form');
  }
  const shape = model === undefined ? undefined : compileShape(service, model.input);
  if (protocol === 'json') return (request) => json(service, shape, request);
  if (model !== undefined && shape !== undefined) return (request) => byModel(model, shape, request);
  if (protocol === 'query') return (request) => whole(request, (body) => foreignForm(service, body));
  if (protocol === 'rest-json') return (request) => foreignRest(service, request);
  return () => ({ parameters: null, unavailable: 'no model of the operation is installed' });
}

function s3(request: CapturedRequest, withBody: boolean): Parameters {
  const parameters = s3Parameters(request, withBody);
  if (withBody && request.body === undefined && request.bodyBytes > 0)
    return { parameters, unavailable: tooLarge(request) };
  return { parameters };
}

/** JSON bodies are their own parse: names are the model's, so that no copy by the model's names is needed in between. */
function json(service: string, shape: Shape | undefined, request: CapturedRequest): Parameters {
  const { body } = request;
  if (body === undefined)
    return request.bodyBytes === 0 ? NO_PARAMETERS : { parameters: null, unavailable: tooLarge(request) };
  if (body.length <= 2) return NO_PARAMETERS;
  const value: unknown = JSON.parse(textOf(body));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { parameters: null, unavailable: 'the body is not a JSON object' };
  return {
    parameters: orNull(
      shape === undefined ? writeUnmodelled(service, value as Json) : writeValue(shape, value),
    ),
  };
}

/** The query's parameters beside the body's; which parts of the path are parameters nobody can tell. */
function foreignRest(service: string, request: CapturedRequest): Parameters {
  const ofBody = json(service, undefined, request);
  const query = [...new URLSearchParams(request.query)].filter(([name]) => !name.startsWith('X-Amz-'));
  if (query.length === 0) return ofBody;
  const ofQuery = writeUnmodelled(service, Object.fromEntries(query));
  return { ...ofBody, parameters: { ...ofQuery, ...ofBody.parameters } };
}

function byModel(model: OperationModel, shape: Shape, request: CapturedRequest): Parameters {
  const { body, bodyBytes, method, path, query, headers } = request;
  if (body === undefined && bodyBytes > 0 && model.http === undefined)
    return { parameters: null, unavailable: tooLarge(request) };
  const parameters = orNull(
    writeValue(shape, parseRequest(model, { method, path, query, headers, body: body ?? new Uint8Array() })),
  );
  return body === undefined && bodyBytes > 0
    ? { parameters, unavailable: tooLarge(request) }
    : { parameters };
}

function whole(request: CapturedRequest, write: (body: Uint8Array) => Json | string): Parameters {
  const body = request.body ?? (request.bodyBytes === 0 ? Buffer.from(request.query) : undefined);
  if (body === undefined) return { parameters: null, unavailable: tooLarge(request) };
  const written = write(body);
  return typeof written === 'string'
    ? { parameters: null, unavailable: written }
    : { parameters: orNull(written) };
}

function foreignForm(service: string, body: Uint8Array): Json | string {
  const form = readForm(body);
  return form === undefined ? 'the body is not a form' : writeUnmodelled(service, { ...form });
}

function tooLarge(request: CapturedRequest): string {
  return `the body of ${request.bodyBytes} bytes is larger than what is kept`;
}

function orNull(value: unknown): Json | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const _member in value) return value as Json;
  return null;
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
