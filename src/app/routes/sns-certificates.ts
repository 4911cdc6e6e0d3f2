import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import { CERTIFICATES, type EmbeddedSns } from '../../embedded/sns/index.ts';

/** `GET /_sns/SimpleNotificationService-<fingerprint>.pem`: what receivers of notifications verify signatures with. */
export function snsCertificateRoute({ certificate }: Pick<EmbeddedSns, 'certificate'>): InternalRoute {
  return {
    method: 'GET',
    path: CERTIFICATES,
    auth: 'none',
    handle: async ({ path }, reply) => {
      const name = path.slice(CERTIFICATES.length);
      const fingerprint = /^SimpleNotificationService-([0-9a-f]{32})\.pem$/.exec(name)?.[1];
      const pem = fingerprint === undefined ? undefined : await certificate(fingerprint);
      if (pem === undefined) throw new AwsError('NotFound', `There is nothing at ${path}.`, { status: 404 });
      const cache = 'public, max-age=86400, immutable';
      reply.send(200, { 'content-type': 'application/x-pem-file', 'cache-control': cache }, pem);
    },
  };
}
