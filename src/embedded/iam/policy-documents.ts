import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import { malformed } from './iam-errors.ts';

/** Throws MalformedPolicyDocument with all that is wrong with an identity policy. */
export function checkDocument(text: string): void {
  const complaints = validatePolicy(parseDocument(text));
  if (complaints.length > 0) throw malformed(complaints.join(' '));
}

/** Undefined for what is no JSON. */
export function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** IAM counts characters without white space. */
export function sizeOf(document: string): number {
  return document.replace(/\s/g, '').length;
}
