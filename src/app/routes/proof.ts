import type { InternalRoute, RouteReply, RouteRequest } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import { parseTilePath } from '../../use/proofs/merkle/tiles.ts';
import { formatNote } from '../../use/proofs/note/signed-note.ts';
import type { Proofs } from '../proofs.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const TILE = { 'content-type': 'application/octet-stream', 'cache-control': 'private, max-age=31536000' };
const READ = 'opentrail:GetProofs';

/** `GET /_proof/…`: the tree as https://c2sp.org/tlog-tiles lays it out, the key it is signed with, and proofs of single events. */
export function proofRoutes(proofs: Proofs): readonly InternalRoute[] {
  return [
    route('/_proof/events/', ['opentrail:ProveEvent', 'ProveEvent'], async (request, reply) => {
      if (!request.context) throw new AwsError('AccessDenied', 'not signed', { status: 403 });
      reply.json(200, await proofs.prove(restOf(request, '/_proof/events/'), request.context));
    }),
    route('/_proof/key', [READ, 'GetProofKey'], (_request, reply) =>
      reply.send(200, TEXT, `${proofs.publicKey}\n`),
    ),
    route('/_proof/checkpoint', [READ, 'GetProofCheckpoint'], async (_request, reply) => {
      const { note } = await proofs.checkpoint();
      reply.send(200, TEXT, formatNote(note));
    }),
    route('/_proof/tile/', [READ, 'GetProofTile'], async (request, reply) => {
      const tile = parseTilePath(restOf(request, '/_proof/'));
      const hashes = tile && (await proofs.tile(tile));
      if (hashes === undefined)
        throw new AwsError('NotFound', `There is no ${request.path}.`, { status: 404 });
      reply.send(200, TILE, hashes);
    }),
  ];
}

function route(
  path: string,
  [action, operation]: readonly [action: string, operation: string],
  handle: (request: RouteRequest, reply: RouteReply) => Promise<void> | void,
): InternalRoute {
  return { method: 'GET', path, auth: 'sigv4', action, operation, handle };
}

function restOf({ path }: RouteRequest, before: string): string {
  try {
    return decodeURIComponent(path.slice(before.length));
  } catch {
    return '';
  }
}
