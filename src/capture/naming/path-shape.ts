import { splitPath } from '../../aws/protocols/http/uri-template.ts';

const WORD = /^[A-Za-z_][A-Za-z_-]{0,40}$/;
const VERSION = /^(v\d{1,8}|\d{4}-\d{2}-\d{2})$/;
const OPERATION = /^[A-Z][a-z]+[A-Z][A-Za-z0-9]{0,100}$/;
const MOST_SEGMENTS = 8;

/**
 * A name for a REST call of a service that no model is installed for: `POST /PutAuditEvents` is PutAuditEvents (many services are made so);
 * others get method and path with everything that may be an identifier as `*`: `GET /v1/apis/*`.
 */
export function nameByPath(method: string, path: string): string {
  const parts = splitPath(path);
  const [only = ''] = parts;
  if (parts.length === 1 && method === 'POST' && OPERATION.test(only)) return only;
  const shown = parts
    .slice(0, MOST_SEGMENTS)
    .map((part) => (WORD.test(part) || VERSION.test(part) ? part : part === '' ? '' : '*'));
  return `${METHOD.test(method) ? method : '*'} /${shown.join('/')}${parts.length > MOST_SEGMENTS ? '/…' : ''}`;
}

const METHOD = /^[A-Z]{1,16}$/;
