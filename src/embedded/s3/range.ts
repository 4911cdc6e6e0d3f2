import { AwsError } from '../../aws/errors.ts';

/**
 * `bytes=0-9`, `bytes=5-`, `bytes=-3` → inclusive bounds; undefined when there is none or it is not one single byte range
 * (RFC 9110 §14.2: what cannot be understood is ignored). Throws InvalidRange (416).
 */
export function parseRange(header: string, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const first = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[1] !== '' && match[2] !== '' && Number(match[2]) < first) return undefined;
  if (first >= size || last < first) {
    const detail = { RangeRequested: header, ActualObjectSize: String(size) };
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416, detail });
  }
  return { start: first, end: last };
}
