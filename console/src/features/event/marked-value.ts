import { isObject } from '../../events/record.ts';

export type Mark = { readonly kind: 'redacted' | 'omitted'; readonly text: string };

/** Whether a value stands for something that was left out, and why. Shapes: CloudTrail's own, as records show them. */
export function markOf(value: unknown): Mark | undefined {
  if (value === 'HIDDEN_DUE_TO_SECURITY_REASONS')
    return { kind: 'redacted', text: 'redacted: it is a secret' };
  if (typeof value === 'string' && /^\*{3,}$/.test(value))
    return { kind: 'redacted', text: 'redacted by the service' };
  if (value === 'sensitiveDataRemoved') return { kind: 'redacted', text: 'redacted by the service' };
  if (isObject(value) && value['omitted'] === true) {
    const size =
      typeof value['originalSize'] === 'number' ? `${value['originalSize'].toLocaleString('en')} bytes` : '';
    const reason = typeof value['reason'] === 'string' ? value['reason'] : 'too large for a record';
    return { kind: 'omitted', text: `omitted: ${[reason, size].filter(Boolean).join(', ')}` };
  }
  return undefined;
}
