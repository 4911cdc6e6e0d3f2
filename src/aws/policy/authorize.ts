import { OpentrailError } from '../../base/errors.ts';
import type { Policies, PolicyRequest } from './evaluate.ts';

/** Throws AccessDenied, in AWS's words, unless the policies allow the request. */
export function authorize(_request: PolicyRequest, _policies: Policies): void {
  throw new OpentrailError('NOT_BUILT', 'authorize');
}
