import { AwsError } from '../../../aws/errors.ts';
import type { SqlCatalog } from '../../../store/contract.ts';
import { statementError } from './access.ts';
import type { QueryDeps } from './deps.ts';
import type { QueriedStore } from './stores-port.ts';

export type QueryOrder = {
  readonly account: string;
  readonly region: string;
  readonly statement: string;
  readonly stores: readonly QueriedStore[];
  readonly deliveryUri?: string | undefined;
  readonly alias?: string | undefined;
  readonly refreshId?: string | undefined;
  readonly parameters?: readonly string[] | undefined;
};

/** Of an account and region. Those of dashboards wait for their turn instead. */
const MOST_AT_ONCE = 10;

/** Checks a statement against the stores, and has it run. The query's id. Throws InvalidQueryStatementException, MaxConcurrentQueriesException. */
export async function beginQuery(deps: QueryDeps, order: QueryOrder): Promise<string> {
  const { engine, runner, clock, newId } = deps;
  const catalog: SqlCatalog = ([id, ...rest]) =>
    rest.length > 0 ? undefined : order.stores.find((store) => store.id === id)?.table;
  const plan = await engine.plan(order.statement, catalog, { dialect: 'lake' }).catch((error: unknown) => {
    throw statementError(error);
  });
  const { account, region, refreshId } = order;
  if (refreshId === undefined && runner.active({ account, region }) >= MOST_AT_ONCE)
    throw new AwsError(
      'MaxConcurrentQueriesException',
      `You are already running the maximum number of concurrent queries, ${MOST_AT_ONCE}. Wait for one to finish, or cancel one.`,
    );
  const id = newId();
  const query = {
    id,
    account,
    region,
    statement: order.statement,
    owner_account: order.stores[0]?.account ?? account,
    delivery_uri: order.deliveryUri ?? null,
    alias: order.alias ?? null,
    refresh_id: refreshId ?? null,
    parameters: order.parameters === undefined ? null : JSON.stringify(order.parameters),
    columns: JSON.stringify(plan.columns),
    created_at: clock.now(),
    stores: order.stores.map((store) => store.id),
  };
  await runner.start(query, plan);
  return id;
}
