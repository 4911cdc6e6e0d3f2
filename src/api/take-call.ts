import type { IncomingMessage } from 'node:http';

import { AwsError } from '../aws/errors.ts';
import type { Headers, WireRequest } from '../aws/protocols/protocol.ts';

/** The request as the wire has it. Rewrites `req.url` of proxy-style requests (`GET http://host/path`) to the path. */
export function wireRequestOf(req: IncomingMessage): WireRequest {
  let url = req.url ?? '/';
  if (url.charCodeAt(0) !== SLASH) {
    url = /^https?:\/\/[^/?]*(\/.*)?$/i.exec(url)?.[1] ?? '/';
    req.url = url;
  }
  const mark = url.indexOf('?');
  return {
    method: req.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: req.headers as Headers,
  };
}

const SLASH = 47;

/** What is wrong with a request before anybody looks at what it asks for; undefined: nothing. */
export function refusalOf(
  req: IncomingMessage,
  wire: WireRequest,
  maxHeaderBytes: number,
): AwsError | undefined {
  const { rawHeaders } = req;
  let bytes = wire.path.length + wire.query.length;
  let decisive = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    bytes += name.length + (rawHeaders[i + 1] as string).length + 4;
    const bit = decisiveBit(name);
    if ((decisive & bit) !== 0) return ambiguous(`more than one ${name} header`);
    decisive |= bit;
  }
  if (bytes > maxHeaderBytes) return tooLarge(maxHeaderBytes);
  if (wire.headers['authorization'] !== undefined && /(?:^|&)(?:X-Amz-)?Signature=/i.test(wire.query)) {
    return ambiguous('both an Authorization header and a presigned query');
  }
  if (wire.headers['upgrade'] !== undefined && !/^h2c?$/i.test(wire.headers['upgrade'])) {
    return new AwsError('NotImplemented', 'Connections cannot be upgraded here.', { status: 501 });
  }
  return undefined;
}

/** Two of these, and we might read one while the service reads the other: somebody else would stand in the record. */
function decisiveBit(name: string): number {
  switch (name.length) {
    case 4:
      return name.toLowerCase() === 'host' ? 1 : 0;
    case 10:
      return name.toLowerCase() === 'x-amz-date' ? 2 : 0;
    case 12:
      return name.toLowerCase() === 'x-amz-target' ? 4 : 0;
    case 13:
      return name.toLowerCase() === 'authorization' ? 8 : 0;
    case 20:
      return name.toLowerCase() === 'x-amz-security-token' ? 16 : 0;
    default:
      return 0;
  }
}

function ambiguous(what: string): AwsError {
  return new AwsError('InvalidRequest', `The request is ambiguous: it has ${what}.`);
}

function tooLarge(limit: number): AwsError {
  return new AwsError(
    'RequestHeaderSectionTooLarge',
    `The request's headers exceed the maximum of ${limit} bytes.`,
    {
      status: 431,
    },
  );
}
