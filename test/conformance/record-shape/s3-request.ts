import { isObject } from './input-from-record.ts';

type Json = Readonly<Record<string, unknown>>;

/** The HTTP request for which a real record of S3 shows these parameters. */
export function s3RequestFor(parameters: Json, readOnly: boolean) {
  const query: string[] = [];
  const headers: Record<string, string> = { host: String(parameters['Host']) };
  let body = '';
  for (const [name, value] of Object.entries(parameters)) {
    if (name === 'bucketPolicy') body = JSON.stringify(value);
    else if (isObject(value)) body = xml(name, value);
    else if (name.startsWith('x-amz-')) headers[name] = String(value);
    else if (!['bucketName', 'Host', 'key'].includes(name))
      query.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  }
  const virtual = String(parameters['Host']).startsWith(`${String(parameters['bucketName'])}.`);
  const bucket =
    parameters['bucketName'] === undefined || virtual ? '' : `/${String(parameters['bucketName'])}`;
  const path = `${bucket}/${String(parameters['key'] ?? '')}`;
  return { method: readOnly ? 'GET' : 'PUT', path, query: query.join('&'), headers, body: Buffer.from(body) };
}

function xml(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => xml(name, one)).join('');
  if (!isObject(value)) return `<${name}>${String(value)}</${name}>`;
  const { xmlns, ...members } = value;
  const inner = Object.entries(members).map(([key, one]) => xml(key, one));
  return `<${name}${typeof xmlns === 'string' ? ` xmlns="${xmlns}"` : ''}>${inner.join('')}</${name}>`;
}
