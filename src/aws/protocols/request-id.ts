/** Each service's clients look for the request id in a header of its own. S3 has a second one, for its support. */
export function requestIdHeaders(service: string, requestId: string): Readonly<Record<string, string>> {
  if (service !== 's3') return { 'x-amzn-requestid': requestId };
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId(requestId) };
}

export function hostId(requestId: string): string {
  return Buffer.from(requestId).toString('base64');
}
