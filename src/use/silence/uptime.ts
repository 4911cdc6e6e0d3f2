import type { Clock } from '../../base/clock.ts';
import { uuidFrom } from '../../base/ids.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { messageOf } from '../../base/errors.ts';
import { createRounds } from '../../base/rounds.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { Telling } from './service-event.ts';
import type { SilenceTables } from './settings.ts';

export type UptimeDeps = {
  readonly settings: Settings<SilenceTables>;
  readonly tell: (telling: Telling) => Promise<void>;
  /** Whose trail is told that the server was down. */
  readonly teller: { readonly account: string; readonly region: string };
  readonly clock: Clock;
  readonly log: Logger;
};

export type Uptime = Stoppable & { readonly start: () => Promise<void> };

/** How often is noted that the server is up, and how long a pause must be to be told: a restart is none. */
const EVERY = 15_000;
const PAUSE = 120_000;

/** Tells of the time in which the server itself was down, once it is up again: that is no silence of any source. */
export function watchUptime(deps: UptimeDeps): Uptime {
  const beat = createRounds({
    round: () => note(deps, false),
    onError: (error) => deps.log.warn({ err: messageOf(error) }, 'that the server is up cannot be noted'),
    tick: EVERY,
    waitFirst: true,
  });
  return {
    start: async () => {
      await tellPause(deps);
      await note(deps, false);
      beat.start();
    },
    stop: async () => {
      await beat.stop();
      await note(deps, true);
    },
  };
}

async function tellPause({ settings, tell, teller, clock }: UptimeDeps): Promise<void> {
  const row = await settings.selectFrom('silence_watch').selectAll().executeTakeFirst();
  const now = clock.now();
  if (row === undefined || now - row.alive_at < PAUSE) return;
  const [from, to] = [row.alive_at, now].map((at) => new Date(at).toISOString());
  const reason = row.stopped === 1 ? 'the server was stopped' : 'the server ended without being stopped';
  const id = uuidFrom(`RecordingPaused:${row.alive_at}`);
  await tell({ id, name: 'RecordingPaused', at: now, ...teller, details: { from, to, reason } });
}

async function note({ settings, clock }: UptimeDeps, isStopped: boolean): Promise<void> {
  const row = { id: 1, alive_at: clock.now(), stopped: Number(isStopped) };
  await settings
    .insertInto('silence_watch')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}
