import { fileURLToPath } from 'node:url';

import type { InternalRoute } from '../api/endpoint-contract.ts';
import type { Clock } from '../base/clock.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import type { openDetections } from './detections.ts';
import type { Embedded } from './embedded.ts';
import type { startFollowers } from './followers.ts';
import type { joinIngest } from './ingest.ts';
import type { openProofs } from './proofs.ts';
import type { openRecord } from './record.ts';
import type { openSources } from './sources.ts';
import { consoleRoutes } from './routes/console-files.ts';
import { healthRoutes } from './routes/health.ts';
import { ingestRoute } from './routes/ingest.ts';
import { jsonOperationRoutes } from './routes/json-operations.ts';
import { proofRoutes } from './routes/proof.ts';
import { signInRoute } from './routes/sign-in.ts';
import { streamRoute } from './routes/stream.ts';
import type { Store } from './store.ts';

export type OwnRoutesDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly metrics: Registry;
  readonly store: Store;
  readonly followers: Awaited<ReturnType<typeof startFollowers>>;
  readonly ingest: ReturnType<typeof joinIngest>;
  readonly proofs: Awaited<ReturnType<typeof openProofs>>;
  readonly sources: Awaited<ReturnType<typeof openSources>>;
  readonly detections: Awaited<ReturnType<typeof openDetections>>;
  readonly embedded: Pick<Embedded, 'consoleSignIn' | 'routes'>;
} & Pick<Awaited<ReturnType<typeof openRecord>>, 'sink' | 'live'>;

const CONSOLE = fileURLToPath(new URL('../../console/dist', import.meta.url));

/** The paths under `/_`. */
export async function ownRoutes(deps: OwnRoutesDeps): Promise<readonly InternalRoute[]> {
  const { store, followers, sources, metrics } = deps;
  return [
    ...(await consoleRoutes(CONSOLE)),
    ...healthRoutes({ ...store, ...followers, engine: store.events.ping, sources: sources.health, metrics }),
    signInRoute({ ...deps, ...deps.embedded }),
    streamRoute(deps.live),
    ingestRoute(deps.ingest),
    ...proofRoutes(deps.proofs),
    ...jsonOperationRoutes('_detections', deps.detections.operations),
    ...jsonOperationRoutes('_sources', deps.sources.operations),
    ...deps.embedded.routes,
  ];
}
