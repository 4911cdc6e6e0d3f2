export { parseRequest, streamsRequest } from './parse-request.ts';
export { serializeResponse } from './serialize-response.ts';
export { serializeError } from './serialize-error.ts';
export { parseError } from './parse-error.ts';
export { parseResponse } from './parse-response.ts';
export { parseXmlPlain } from './xml/parse-xml-plain.ts';
export { bucketAndKey } from './s3-address.ts';
export type { ServedResponse } from './serialize-response.ts';
export type { Headers, Protocol, WireRequest, WireResponse } from './protocol.ts';
