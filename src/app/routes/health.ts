import type { InternalRoute } from '../../api/endpoint-contract.ts';
import type { Registry } from '../../base/metrics.ts';
import type { FollowerStatus } from '../../store/contract.ts';
import type { Intake, JournalStatus } from '../../store/journal/contract.ts';

export type HealthDeps = {
  readonly journal: { readonly status: () => JournalStatus };
  readonly intake: Pick<Intake, 'gap' | 'lastGap' | 'accepting'>;
  readonly followers: () => readonly FollowerStatus[];
  /** Sources of events that are expected and do not come: no fault of the server's, so its status stays. */
  readonly silent: () => readonly {
    readonly channel: string;
    readonly account: string;
    readonly region: string;
    readonly lastHeard: number;
  }[];
  /** Buckets that are followed: no fault of the server's either. */
  readonly sources: () => Promise<readonly unknown[]>;
  readonly engine: () => Promise<boolean>;
  readonly metrics: Registry;
};

/** `/_health` (200 while calls are recorded and followed, 503 with the reasons otherwise) and `/_metrics` (Prometheus). */
export function healthRoutes(deps: HealthDeps): readonly InternalRoute[] {
  return [
    {
      method: 'GET',
      path: '/_health',
      auth: 'none',
      handle: async (_request, reply) => {
        const health = await healthOf(deps);
        reply.json(health.status === 'ok' ? 200 : 503, health);
      },
    },
    {
      method: 'GET',
      path: '/_metrics',
      auth: 'none',
      handle: async (_request, reply) =>
        reply.send(200, { 'content-type': deps.metrics.contentType }, await deps.metrics.metrics()),
    },
  ];
}

async function healthOf(deps: HealthDeps) {
  const journal = deps.journal.status();
  const gap = deps.intake.gap();
  const followers = deps.followers();
  const isEngineUp = await deps.engine();
  const problems = [
    ...(journal.state === 'ok'
      ? []
      : [
          `journal: ${journal.state === 'full' ? 'the disk and the reserve are full' : 'the disk is full; writing into the reserve'}`,
        ]),
    ...(journal.failing === undefined ? [] : [`journal: ${journal.failing}`]),
    ...(gap
      ? [`gap: ${gap.count} calls unrecorded since ${new Date(gap.from).toISOString()} (${gap.reason})`]
      : []),
    ...(deps.intake.accepting() ? [] : ['refusing calls that cannot be recorded (fail-closed)']),
    ...(isEngineUp ? [] : ['event engine: does not answer']),
    ...followers
      .filter((follower) => follower.failing !== undefined)
      .map((follower) => `follower ${follower.name}: ${follower.failing}`),
  ];
  return {
    status: problems.length === 0 ? 'ok' : 'degraded',
    problems,
    journal,
    gap: gap ?? null,
    lastGap: deps.intake.lastGap() ?? null,
    engine: { up: isEngineUp },
    followers,
    silentSources: deps
      .silent()
      .map((source) => ({ ...source, lastHeard: new Date(source.lastHeard).toISOString() })),
    followedSources: await deps.sources(),
  };
}
