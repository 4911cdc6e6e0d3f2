import { isObject } from '../../events/record.ts';

export type Mark = { readonly kind: 'redacted' | 'omitted'; readonly text: string };

const MARKS: ReadonlyMap<unknown, Mark> = new Map<unknown, Mark>([
  ['HIDDEN_DUE_TO_SECURITY_REASONS', { kind: 'redacted', text: 'redacted: it is or may be a secret' }],
  ['<sensitiveDataRemoved>', { kind: 'redacted', text: 'redacted: EC2 holds it sensitive' }],
  ['sensitiveDataRemoved', { kind: 'redacted', text: 'redacted by the service' }],
  ['OMITTED_TOO_DEEP', { kind: 'omitted', text: 'omitted: nested too deep for a record' }],
]);

/** Whether a value stands for something that was left out, and why. Shapes: CloudTrail's own, as records show them, and our recorder's. */
export function markOf(value: unknown): Mark | undefined {
  if (typeof value === 'string')
    return MARKS.get(value) ?? (/^\*{3,}$/.test(value) ? MARKS.get('sensitiveDataRemoved') : undefined);
  if (!isObject(value) || value['omitted'] !== true) return undefined;
  const size =
    typeof value['originalSize'] === 'number' ? `${value['originalSize'].toLocaleString('en')} bytes` : '';
  const reason = typeof value['reason'] === 'string' ? value['reason'] : 'too large for a record';
  return { kind: 'omitted', text: `omitted: ${[reason, size].filter(Boolean).join(', it had ')}` };
}
