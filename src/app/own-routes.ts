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
import { consoleRoutes } from './routes/console-files.ts';
import { detectionRoutes } from './routes/detections.ts';
import { healthRoutes } from './routes/health.ts';
import { ingestRoute } from './routes/ingest.ts';
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
  readonly detections: Awaited<ReturnType<typeof openDetections>>;
  readonly embedded: Pick<Embedded, 'consoleSignIn' | 'routes'>;
} & Pick<Awaited<ReturnType<typeof openRecord>>, 'sink' | 'live'>;

const CONSOLE = fileURLToPath(new URL('../../console/dist', import.meta.url));

/** The paths under `/_`. */
export async function ownRoutes(deps: OwnRoutesDeps): Promise<readonly InternalRoute[]> {
  const { store, followers, metrics } = deps;
  return [
    ...(await consoleRoutes(CONSOLE)),
    ...healthRoutes({ ...store, ...followers, engine: store.events.ping, metrics }),
    signInRoute({ ...deps, ...deps.embedded }),
    streamRoute(deps.live),
    ingestRoute(deps.ingest),
    ...proofRoutes(deps.proofs),
    ...detectionRoutes(deps.detections.operations),
    ...deps.embedded.routes,
  ];
}
