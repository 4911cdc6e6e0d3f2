import { randomInt } from 'node:crypto';

import type { CallContext } from '../../../aws/operation.ts';
import { storesOfStatement, useStore } from '../queries/access.ts';
import { beginQuery, type QueryOrder } from '../queries/begin-query.ts';
import { bindParameters } from '../queries/bind-parameters.ts';
import { invalidParameter, storeNotFound } from '../queries/lake-errors.ts';
import type { QueriedStore } from '../queries/stores-port.ts';
import { noteRefresh, type Dashboard, type Owner } from './dashboard-store.ts';
import type { DashboardDeps } from './deps.ts';
import { HIGHLIGHTS } from './managed/managed-dashboards.ts';
import { completeValues, valuesFor, type ParameterValues } from './parameter-values.ts';

/** Finds a store that a widget names, or says why it may not be read. */
export type AskStore = (named: string) => Promise<QueriedStore>;

const ACTION = 'cloudtrail:StartQuery';

/** For whoever calls: with the rights of that call. */
export function asCaller(deps: DashboardDeps, context: CallContext): AskStore {
  return (named) => useStore(deps.queries, named, { context, action: ACTION });
}

/** Starts each widget's query; the id of the refresh, by which they are found. Throws what a widget's query is refused with, and then starts none. */
export async function refresh(
  deps: DashboardDeps,
  dashboard: Dashboard,
  { given, owner, ask }: { readonly given: ParameterValues; readonly owner: Owner; readonly ask: AskStore },
): Promise<string> {
  const now = deps.clock.now();
  const values = completeValues(await withStore(deps, dashboard, given, owner), now);
  const id = `${now}${String(randomInt(0, 1000)).padStart(3, '0')}`;
  const orders: QueryOrder[] = [];
  for (const { QueryAlias, QueryStatement, QueryParameters } of dashboard.widgets) {
    const parameters = valuesFor(QueryParameters, values);
    const statement = bindParameters(QueryStatement, parameters);
    const stores = await storesOfStatement(deps.queries, statement, ask);
    orders.push({
      account: owner.accountId,
      region: owner.region,
      statement,
      stores,
      alias: QueryAlias,
      refreshId: id,
      parameters,
    });
  }
  for (const order of orders) await beginQuery(deps.queries, order);
  await noteRefresh(deps.settings, dashboard, owner, { now, last_refresh_id: id, last_failure: null });
  return id;
}

/** Managed dashboards must be told of which store; Highlights takes the one that shows most. */
async function withStore(
  { queries }: DashboardDeps,
  { name, type }: Dashboard,
  given: ParameterValues,
  owner: Owner,
): Promise<ParameterValues> {
  if (type === 'CUSTOM' || given['$EventDataStoreId$'] !== undefined) return given;
  if (name !== HIGHLIGHTS)
    throw invalidParameter('QueryParameterValues must have $EventDataStoreId$ for a managed dashboard.');
  const store = await queries.stores.widest(owner);
  if (store === undefined) throw storeNotFound('of this account');
  return { ...given, $EventDataStoreId$: store.id };
}
