import type { BucketPort, DeliverySigner, KeyPort } from '../../../aws/ports.ts';
import type { Operation } from '../../../aws/operation.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { NewId } from '../../../base/ids.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { SqlEngine } from '../../../store/contract.ts';
import type { QueryDeps, QueryTemplates } from './deps.ts';
import { cancelQuery } from './operations/cancel-query.ts';
import { describeQuery } from './operations/describe-query.ts';
import { generateQuery } from './operations/generate-query.ts';
import { getQueryResults } from './operations/get-query-results.ts';
import { listQueries } from './operations/list-queries.ts';
import { searchSampleQueries } from './operations/search-sample-queries.ts';
import { startQuery } from './operations/start-query.ts';
import { createPageTokens } from './page-tokens.ts';
import { createQueryStore, KEPT_FOR } from './query-store.ts';
import { createDelivery } from './results/deliver-results.ts';
import { openResultFiles } from './results/result-files.ts';
import { createQueryRunner } from './running/run-queries.ts';
import type { QuerySettings } from './settings.ts';
import type { QueriedStores } from './stores-port.ts';

export type QueriesDeps = {
  readonly settings: QuerySettings;
  readonly stores: QueriedStores;
  readonly engine: SqlEngine;
  readonly buckets: Pick<BucketPort, 'checkDelivery' | 'put'>;
  readonly kms: Pick<KeyPort, 'check'>;
  readonly signer: DeliverySigner;
  /** Folder for results. */
  readonly dir: string;
  readonly maxResultBytes: number;
  readonly maxSeconds: number;
  readonly tokenKey: Uint8Array;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
};

export type Queries = Stoppable & {
  readonly operations: readonly Operation[];
  /** For those who have queries run themselves: dashboards. */
  readonly parts: QueryDeps;
  readonly tellTemplates: (templates: QueryTemplates) => void;
  /** Ends what a former process left, and forgets old queries from now on. */
  readonly start: () => Promise<void>;
};

const TABLE = {
  StartQuery: startQuery,
  DescribeQuery: describeQuery,
  GetQueryResults: getQueryResults,
  ListQueries: listQueries,
  CancelQuery: cancelQuery,
  GenerateQuery: generateQuery,
} as const;

export const QUERY_OPERATIONS: readonly string[] = [...Object.keys(TABLE), 'SearchSampleQueries'];

const HOUR = 3_600_000;

/** Queries over event data stores: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-lake.html */
export async function createQueries(deps: QueriesDeps): Promise<Queries> {
  const { settings, stores, engine, buckets, kms, clock, newId, log } = deps;
  const queries = createQueryStore(settings);
  const files = await openResultFiles({ dir: deps.dir, maxBytes: deps.maxResultBytes });
  const sourceOf = async (query: { id: string; account: string; region: string }) => {
    const [id = ''] = await queries.storesOf(query.id);
    const store = await stores.find(id, { accountId: query.account, region: query.region });
    return store === undefined ? undefined : { arn: store.arn, accountId: query.account };
  };
  const deliver = createDelivery({ files, buckets, signer: deps.signer, sourceOf, log });
  const runner = createQueryRunner({
    queries,
    files,
    engine,
    deliver,
    clock,
    log,
    maxSeconds: deps.maxSeconds,
  });
  let templates: QueryTemplates | undefined;
  const parts: QueryDeps = {
    stores,
    engine,
    queries,
    files,
    runner,
    buckets,
    kms,
    templates: () => templates,
    tokens: createPageTokens(deps.tokenKey),
    clock,
    newId,
  };
  const forgetting = createRounds({
    round: async () => {
      for (const id of await queries.expire(clock.now() - KEPT_FOR)) await files.remove(id);
    },
    onError: (error) => log.error({ error: messageOf(error) }, 'old queries could not be forgotten'),
    tick: HOUR,
  });
  return {
    operations: operationsOf(parts),
    parts,
    tellTemplates: (given) => void (templates = given),
    start: async () => {
      await runner.recover();
      forgetting.start();
    },
    stop: async () => {
      await forgetting.stop();
      await runner.stop();
    },
  };
}

/** Which store is asked about is known only once a statement is read or a query is found: the policies are asked there. */
function operationsOf(parts: QueryDeps): readonly Operation[] {
  const byStore = Object.entries(TABLE).map(([name, handle]): Operation => ({
    service: 'cloudtrail',
    name,
    action: false,
    handle: (input, context) => handle(parts, input, context),
  }));
  const search: Operation = {
    service: 'cloudtrail',
    name: 'SearchSampleQueries',
    handle: (input, context) => searchSampleQueries(parts, input, context),
  };
  return [...byStore, search];
}
