import type { CapturedResponse, IncomingCall } from '../capture/captured-call.ts';

/** What S3 adds to its records: how the request was signed, the bytes in either direction, and S3's second request id. */
export function s3Additions(
  call: IncomingCall & { readonly response?: CapturedResponse | undefined },
): Record<string, unknown> {
  const { named, request, response, tls } = call;
  const data: Record<string, unknown> = {};
  if (named.auth !== 'none') data['SignatureVersion'] = 'SigV4';
  if (tls !== undefined) data['CipherSuite'] = tls.cipher;
  data['bytesTransferredIn'] = request.bodyBytes;
  if (named.auth !== 'none')
    data['AuthenticationMethod'] = named.auth === 'presigned' ? 'QueryString' : 'AuthHeader';
  const id = response?.headers['x-amz-id-2'];
  if (id !== undefined) data['x-amz-id-2'] = id;
  data['bytesTransferredOut'] = response?.bodyBytes ?? 0;
  return data;
}
