import { OpentrailError } from '../base/errors.ts';
import type { Endpoint, EndpointDeps } from './endpoint-contract.ts';

/** The one endpoint: every AWS service and the paths under `/_` on one port. */
export function createEndpoint(_deps: EndpointDeps): Endpoint {
  throw new OpentrailError('NOT_BUILT', 'createEndpoint');
}
