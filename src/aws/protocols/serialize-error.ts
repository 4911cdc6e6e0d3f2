import { AccessDenied, type AwsError } from '../errors.ts';
import { encodeCbor } from './cbor/cbor.ts';
import { safeHeader } from './http/header-values.ts';
import type { Protocol, WireResponse } from './protocol.ts';
import { hostId, requestIdHeaders } from './request-id.ts';
import { escapeXml, XML_DECLARATION } from './xml/write-xml.ts';

/** An error as the protocol's clients read it: each shows the same code and message. */
export function serializeError(
  { protocol, service }: { readonly protocol: Protocol; readonly service: string },
  error: AwsError,
  requestId: string,
): WireResponse {
  const code = codeOf(error, { protocol, service });
  const { type, body, headers } = FORMS[protocol]({ error, code, service, requestId });
  return {
    status: error.status,
    headers: {
      ...requestIdHeaders(service, requestId),
      'content-type': type,
      'content-length': String(body.length),
      ...headers,
    },
    body,
  };
}

function codeOf(
  error: AwsError,
  { protocol, service }: { readonly protocol: Protocol; readonly service: string },
): string {
  if (error instanceof AccessDenied) return OWN_DENIED[service] ?? DENIED[protocol];
  return protocol === 'query' ? (error.queryCode ?? error.code) : error.code;
}

type Failure = {
  readonly error: AwsError;
  readonly code: string;
  readonly service: string;
  readonly requestId: string;
};
type Written = {
  readonly type: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What services of each protocol call a refusal by policy. */
const DENIED: Readonly<Record<Protocol, string>> = {
  json: 'AccessDeniedException',
  'rest-json': 'AccessDeniedException',
  cbor: 'AccessDeniedException',
  query: 'AccessDenied',
  'rest-xml': 'AccessDenied',
  ec2: 'UnauthorizedOperation',
  unknown: 'AccessDeniedException',
};

/** Services that have a word of their own. */
const OWN_DENIED: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  sns: 'AuthorizationError',
};

const FORMS: Readonly<Record<Protocol, (failure: Failure) => Written>> = {
  json: writeJsonError,
  unknown: writeJsonError,
  'rest-json': writeRestJsonError,
  cbor: writeCborError,
  query: (failure) => xml(writeErrorResponse(failure), 'text/xml;charset=UTF-8'),
  ec2: (failure) => xml(writeEc2Error(failure), 'text/xml;charset=UTF-8'),
  'rest-xml': (failure) =>
    xml(failure.service === 's3' ? writeS3Error(failure) : writeErrorResponse(failure), 'application/xml'),
};

function writeJsonError(failure: Failure): Written {
  const { error, code } = failure;
  const body = Buffer.from(JSON.stringify({ __type: code, message: error.message, ...error.detail }));
  const headers = { 'x-amzn-errortype': safeHeader(code), ...queryError(failure) };
  return { type: 'application/x-amz-json-1.1', body, headers };
}

/** Services that spoke Query before they spoke JSON or CBOR. */
const TWO_NAMES: ReadonlySet<string> = new Set(['sqs', 'monitoring']);

/** Services that took to JSON tell the code they had before. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error */
function queryError({ error, service }: Failure): Readonly<Record<string, string>> {
  const code = error instanceof AccessDenied && TWO_NAMES.has(service) ? DENIED.query : error.queryCode;
  if (code === undefined) return {};
  return { 'x-amzn-query-error': safeHeader(`${code};${error.status >= 500 ? 'Receiver' : 'Sender'}`) };
}

function writeRestJsonError({ error, code }: Failure): Written {
  const body = Buffer.from(JSON.stringify({ message: error.message, ...error.detail }));
  return { type: 'application/json', body, headers: { 'x-amzn-errortype': safeHeader(code) } };
}

function writeCborError(failure: Failure): Written {
  const { error, code } = failure;
  const body = encodeCbor({ __type: code, message: error.message, ...error.detail });
  return {
    type: 'application/cbor',
    body,
    headers: { 'smithy-protocol': 'rpc-v2-cbor', ...queryError(failure) },
  };
}

function writeErrorResponse({ error, code, requestId }: Failure): string {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const content = `<Type>${type}</Type>${tag('Code', code)}${tag('Message', error.message)}${details(error)}`;
  return `<ErrorResponse><Error>${content}</Error>${tag('RequestId', requestId)}</ErrorResponse>`;
}

function writeEc2Error({ error, code, requestId }: Failure): string {
  const content = `${tag('Code', code)}${tag('Message', error.message)}`;
  return `<Response><Errors><Error>${content}</Error></Errors>${tag('RequestID', requestId)}</Response>`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses */
function writeS3Error({ error, code, requestId }: Failure): string {
  const ids = `${tag('RequestId', requestId)}${tag('HostId', hostId(requestId))}`;
  return `<Error>${tag('Code', code)}${tag('Message', error.message)}${details(error)}${ids}</Error>`;
}

function details({ detail }: AwsError): string {
  return Object.entries(detail)
    .map(([name, text]) => tag(name, typeof text === 'string' ? text : JSON.stringify(text)))
    .join('');
}

function tag(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function xml(text: string, type: string): Written {
  return { type, body: Buffer.from(XML_DECLARATION + text) };
}
