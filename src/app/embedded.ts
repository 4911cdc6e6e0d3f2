import type { InternalRoute } from '../api/endpoint-contract.ts';
import type { Operation } from '../aws/operation.ts';
import type { EventBusPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { createConsoleSignIn } from '../embedded/iam/console-sign-in.ts';
import { createIam } from '../embedded/iam/create-iam.ts';
import { createOrganizations } from '../embedded/organizations/create-organizations.ts';
import { openMasterKey } from '../embedded/iam/master-key.ts';
import { openEmbeddedKms } from '../embedded/kms/index.ts';
import { openEmbeddedS3 } from '../embedded/s3/index.ts';
import { createSts } from '../embedded/sts/create-sts.ts';
import { keysOf } from './keys.ts';
import { queuesOf } from './queues.ts';
import type { Closing } from './closing.ts';
import { functionPortOf, openFunctions } from './functions.ts';
import { openMail } from './mail.ts';
import type { OwnAddress } from './own-address.ts';
import { createServing } from './serving.ts';
import { openSns } from './sns.ts';
import { openSqs } from './sqs.ts';
import { topicsOf } from './topics.ts';
import type { Store } from './store.ts';

export type EmbeddedDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings' | 'queues'>;
  readonly address: OwnAddress;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Always there, by signing name. A new one: its name here, a file beside this that opens it, and its line among the parts below. */
const STAND_INS = ['iam', 'sts', 's3', 'kms', 'sns', 'sqs', 'organizations'] as const;

/** What the endpoint has of a stand-in. */
type StandIn = {
  readonly operations: readonly Operation[];
  /** Paths under `/_`. */
  readonly routes?: readonly InternalRoute[];
  /** Begins with what it does of itself, once the endpoint listens. */
  readonly start?: () => void;
};

/** Who may use Opentrail, the stand-ins for one machine, and who serves what. */
export async function openEmbedded({ config, store, address, clock, log, closing }: EmbeddedDeps) {
  const { settings } = store;
  const { data, region, account_id: accountId } = config;
  const masterKey = openMasterKey(data);
  const iam = createIam({ settings, masterKey, clock, accountId, data, region });
  await iam.bootstrap();
  const { credentials, sessions, roles } = iam;
  const organizations = createOrganizations({ settings, clock, accountId });
  const accountRoles = organizations.madeRoles;
  const sts = createSts({ sessions, roles, accountRoles, credentials, accountId });
  const kms = await openEmbeddedKms({ settings, seal: masterKey.seal, open: masterKey.open, clock });
  const lambda = await openFunctions({ config, store, clock, log, closing });
  const standIns = new Set<string>([...STAND_INS, ...(lambda === undefined ? [] : ['lambda'])]);
  const serving = createServing({ config, embedded: standIns, issued: credentials.issued });
  const functions = await functionPortOf({ config, serving, clock }, lambda);
  const keys = await keysOf({ config, serving }, kms.keys);
  const encryption = { keys, seal: masterKey.seal, open: masterKey.open };
  const sqs = await openSqs({ config, store, masterKey, clock, log, closing });
  const queues = await queuesOf({ config, serving, clock }, sqs.queues);
  const mail = openMail({ config, closing });
  const sns = await openSns({ config, store, masterKey, queues, functions, address, mail, clock, log });
  closing.add('notifications', () => sns.stop());
  const topics = await topicsOf({ config, serving }, sns.topics);
  const buses: { port?: EventBusPort } = {};
  const destinations = { queues, topics, functions, buses: () => buses.port };
  const s3 = await openEmbeddedS3({ settings, dir: data, clock, encryption, destinations, log });
  closing.add('bucket notifications', () => s3.stop());
  const parts: Record<(typeof STAND_INS)[number], StandIn> = { iam, sts, s3, kms, sns, sqs, organizations };
  const all: readonly StandIn[] = [...Object.values(parts), ...(lambda === undefined ? [] : [lambda])];
  return {
    masterKey,
    credentials,
    roles: iam.serviceRoles,
    consoleSignIn: createConsoleSignIn({ iam, sessionDuration: config.session_duration }),
    buckets: s3.buckets,
    callerBuckets: s3.callerBuckets,
    keys,
    topics,
    /** Rules are opened later than buckets, which tell them of changes. */
    tellBuses: (port: EventBusPort): void => void (buses.port = port),
    lambda,
    functions,
    mail,
    queues,
    queueReader: sqs.reader,
    endWaiting: sqs.endWaiting,
    organizations,
    serviceRole: iam.serviceLinkedRole,
    principalTags: iam.principalTags,
    operations: all.flatMap(({ operations }) => operations),
    routes: all.flatMap(({ routes = [] }) => routes),
    start: (): void => all.forEach(({ start }) => start?.()),
    serving,
  };
}

export type Embedded = Awaited<ReturnType<typeof openEmbedded>>;
