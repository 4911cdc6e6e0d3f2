import { OpentrailError } from '../../base/errors.ts';

/** What is wrong with a policy document (parsed JSON), as sentences for MalformedPolicyDocument; [] when it is sound. */
export function validatePolicy(_document: unknown, _kind: 'identity' | 'resource' = 'identity'): string[] {
  throw new OpentrailError('NOT_BUILT', 'validatePolicy');
}
