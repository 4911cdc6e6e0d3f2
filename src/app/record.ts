import type { Models } from '../aws/models/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { createIdentityDirectory } from '../record/identify/directory.ts';
import { createRecorder } from '../record/recorder.ts';
import { createLiveStream } from '../use/history/stream.ts';
import { createDataSelection } from '../use/trails/selectors/data-selection.ts';
import { createStoreDataSelection } from '../use/lake/stores/data-selection.ts';
import { membersAt } from '../use/trails/organizations/members-at.ts';
import type { Closing } from './closing.ts';
import { eitherSelection } from './data-selections.ts';
import type { Embedded } from './embedded.ts';
import { ownIdentities } from './own-identity.ts';
import { sealingOf } from './sealing.ts';
import { createSink } from './sink.ts';
import type { Store } from './store.ts';

export type RecordDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly embedded: Embedded;
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** The record stage between capture and store, and the live stream that hears of everything. */
export async function openRecord({ config, store, embedded, models, clock, log, closing }: RecordDeps) {
  const identities = await createIdentityDirectory({
    settings: store.settings,
    ...sealingOf(embedded.masterKey, 'identities'),
    own: ownIdentities(embedded.credentials),
    foreign: config.identities,
    clock,
    log,
  });
  closing.add('identities', () => identities.stop());
  const live = createLiveStream({});
  const storeSelection = createStoreDataSelection(store.settings, {
    read: () => membersAt(store.settings),
  });
  const dataSelection = eitherSelection(createDataSelection(store.settings), storeSelection);
  await dataSelection.refresh();
  const sink = createSink({
    recorder: createRecorder({ models, identities, defaultAccount: config.account_id }),
    intake: store.intake,
    publish: live.publish,
    isHeard: () => live.subscribers() > 0,
    dataEvents: config.data_events,
    selectsData: dataSelection.selectsData,
    selects: dataSelection.selects,
  });
  return { sink, live, dataSelection, storeSelection };
}
