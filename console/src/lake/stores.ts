import type { ApiClient } from '../aws/client.ts';
import { object, objects, number, pages, text, time, type Json } from '../aws/pages.ts';

type Api = Pick<ApiClient, 'json' | 'cloudtrail'>;

export type StoreName = {
  readonly arn: string;
  /** UUID: what statements call it by. */
  readonly id: string;
  readonly name: string;
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html */
export type Store = StoreName & {
  /** ENABLED, STOPPED_INGESTION, PENDING_DELETION, … */
  readonly status: string;
  readonly selectors: readonly Json[];
  readonly categories: readonly string[];
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly retentionDays: number;
  readonly isProtected: boolean;
  readonly kmsKey: string;
  readonly created: number;
  readonly updated: number;
  /** ENABLED, DISABLED, … */
  readonly federation: string;
  /** ARN; '' where it is not federated. */
  readonly federationRole: string;
};

export type Import = {
  readonly id: string;
  readonly status: string;
  readonly created: number;
  readonly updated: number;
  readonly source: string;
};

export type ImportDetail = Import & {
  readonly files: number;
  readonly events: number;
  readonly failed: number;
  readonly prefixesFound: number;
  readonly prefixesDone: number;
};

export async function listStores(api: Api, signal?: AbortSignal): Promise<readonly StoreName[]> {
  const asked = {
    service: 'cloudtrail',
    operation: 'ListEventDataStores',
    list: 'EventDataStores',
  } as const;
  return (await pages(api, asked, signal)).map(readName);
}

/** Those that can be asked, by name: not those that wait for their deletion. Of one that may not be looked at nothing speaks against it. */
export async function queryableStores(api: Api, signal?: AbortSignal): Promise<readonly StoreName[]> {
  const names = await listStores(api, signal);
  // An account has few: ten in a region at AWS.
  const states = await Promise.all(
    names.map(({ id }) =>
      getStore(api, id, signal).then(
        ({ status }) => status,
        () => 'ENABLED',
      ),
    ),
  );
  return names
    .filter((_name, index) => states[index] !== 'PENDING_DELETION')
    .sort((a, b) => a.name.localeCompare(b.name));
}

export async function getStore(api: Api, id: string, signal?: AbortSignal): Promise<Store> {
  return readStore(await api.cloudtrail('GetEventDataStore', { EventDataStore: id }, signal));
}

export async function updateStore(api: Api, id: string, changes: object): Promise<void> {
  await api.cloudtrail('UpdateEventDataStore', { EventDataStore: id, ...changes });
}

export async function deleteStore(api: Api, id: string): Promise<void> {
  await api.cloudtrail('DeleteEventDataStore', { EventDataStore: id });
}

export async function restoreStore(api: Api, id: string): Promise<void> {
  await api.cloudtrail('RestoreEventDataStore', { EventDataStore: id });
}

export async function setIngestion(api: Api, id: string, on: boolean): Promise<void> {
  const operation = on ? 'StartEventDataStoreIngestion' : 'StopEventDataStoreIngestion';
  await api.cloudtrail(operation, { EventDataStore: id });
}

/** Athena shows it with the role; '' hides it there. */
export async function setFederation(api: Api, id: string, role: string): Promise<void> {
  const store = { EventDataStore: id };
  await (role === ''
    ? api.cloudtrail('DisableFederation', store)
    : api.cloudtrail('EnableFederation', { ...store, FederationRoleArn: role }));
}

/** Into a store, newest first. */
export async function listImports(api: Api, store: string, signal?: AbortSignal): Promise<readonly Import[]> {
  const asked = {
    service: 'cloudtrail',
    operation: 'ListImports',
    list: 'Imports',
    input: { Destination: store },
  } as const;
  const found = (await pages(api, asked, signal)).map((one) => ({
    id: text(one['ImportId']),
    status: text(one['ImportStatus']),
    created: time(one['CreatedTimestamp']),
    updated: time(one['UpdatedTimestamp']),
    source: '',
  }));
  return found.sort((a, b) => b.created - a.created);
}

export async function getImport(api: Api, id: string, signal?: AbortSignal): Promise<ImportDetail> {
  const answer = await api.cloudtrail('GetImport', { ImportId: id }, signal);
  const statistics = object(answer['ImportStatistics']);
  return {
    id: text(answer['ImportId']),
    status: text(answer['ImportStatus']),
    created: time(answer['CreatedTimestamp']),
    updated: time(answer['UpdatedTimestamp']),
    source: text(object(object(answer['ImportSource'])['S3'])['S3LocationUri']),
    files: number(statistics['FilesCompleted']),
    events: number(statistics['EventsCompleted']),
    failed: number(statistics['FailedEntries']),
    prefixesFound: number(statistics['PrefixesFound']),
    prefixesDone: number(statistics['PrefixesCompleted']),
  };
}

function readName(one: Json): StoreName {
  const arn = text(one['EventDataStoreArn']);
  return { arn, id: arn.split('/').at(-1) ?? arn, name: text(one['Name']) };
}

function readStore(one: Json): Store {
  const selectors = objects(one['AdvancedEventSelectors']);
  return {
    ...readName(one),
    status: text(one['Status']),
    selectors,
    categories: [...new Set(selectors.flatMap(categoriesOf))],
    multiRegion: one['MultiRegionEnabled'] === true,
    organization: one['OrganizationEnabled'] === true,
    retentionDays: number(one['RetentionPeriod']),
    isProtected: one['TerminationProtectionEnabled'] === true,
    kmsKey: text(one['KmsKeyId']),
    created: time(one['CreatedTimestamp']),
    updated: time(one['UpdatedTimestamp']),
    federation: text(one['FederationStatus']),
    federationRole: text(one['FederationRoleArn']),
  };
}

function categoriesOf(selector: Json): readonly string[] {
  return objects(selector['FieldSelectors'])
    .filter((field) => field['Field'] === 'eventCategory')
    .flatMap((field) => (Array.isArray(field['Equals']) ? field['Equals'].map(String) : []));
}
