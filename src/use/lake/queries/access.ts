import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { messageOf, OpentrailError } from '../../../base/errors.ts';
import type { QueryDeps } from './deps.ts';
import { inactiveStore, invalidStatement, queryNotFound, storeNotFound } from './lake-errors.ts';
import type { QueryRow } from './settings.ts';
import type { QueriedStore } from './stores-port.ts';

type Deps = Pick<QueryDeps, 'stores' | 'kms'>;

/** The stores that a statement reads. Throws InvalidQueryStatementException, and what `useStore` throws. */
export async function storesOfStatement(
  deps: Deps & Pick<QueryDeps, 'engine'>,
  statement: string,
  ask: (named: string) => Promise<QueriedStore>,
): Promise<readonly QueriedStore[]> {
  const stores = new Map<string, QueriedStore>();
  for (const name of await tablesOf(deps, statement)) {
    if (name.length !== 1 || name[0] === undefined) throw storeNotFound(name.join('.'));
    const store = await ask(name[0]);
    stores.set(store.id, store);
  }
  if (stores.size === 0)
    throw invalidStatement('The statement reads no event data store: FROM must name one by its ID.');
  if (new Set([...stores.values()].map(({ account }) => account)).size > 1)
    throw invalidStatement('The event data stores of a query must belong to one account.');
  return [...stores.values()];
}

async function tablesOf({ engine }: Pick<QueryDeps, 'engine'>, statement: string) {
  try {
    return await engine.tables(statement);
  } catch (error) {
    throw statementError(error);
  }
}

/** What the engine says of a statement, in AWS's words. */
export function statementError(error: unknown): unknown {
  if (error instanceof OpentrailError && error.code === 'INVALID_SQL')
    return invalidStatement(error.message, error);
  return error;
}

/**
 * A store that the caller may use with that action: its own, its organization's, or one whose policy lets it (then the owner must be named).
 * Throws AccessDenied, EventDataStoreARNInvalidException, EventDataStoreNotFoundException, InactiveEventDataStoreException,
 * InsufficientEncryptionPolicyException.
 */
export async function useStore(
  deps: Deps,
  named: string,
  {
    context,
    action,
    owner,
  }: { readonly context: CallContext; readonly action: string; readonly owner?: string | undefined },
): Promise<QueriedStore> {
  checkName(named);
  const viewer = { accountId: context.accountId, region: context.region };
  const found = await deps.stores.find(named, viewer);
  const isOwn = found !== undefined && (await deps.stores.administers(found, context.accountId));
  const store =
    found !== undefined && (isOwn || found.account === owner || isArnOf(named, found)) ? found : undefined;
  if (store === undefined) {
    context.authorize(action, arnOf(named, owner ?? context.accountId, context.region));
    throw storeNotFound(named);
  }
  const rules = { resourcePolicy: store.policy };
  context.authorize(action, store.arn, isOwn ? rules : { ...rules, resourceAccount: store.account });
  if (owner !== undefined && owner !== store.account) throw storeNotFound(named);
  if (!store.active) throw inactiveStore(store.arn);
  await checkKey(deps, store);
  return store;
}

/** A query that the caller may see, as may whoever started it and whose stores it reads; asked anew each time. Throws QueryIdNotFoundException, and what `useStore` throws. */
export async function useQuery(
  deps: Deps & Pick<QueryDeps, 'queries'>,
  row: QueryRow | undefined,
  { id, context, action }: { readonly id: string; readonly context: CallContext; readonly action: string },
): Promise<QueryRow> {
  const isVisible =
    row !== undefined &&
    row.region === context.region &&
    (row.account === context.accountId || row.owner_account === context.accountId);
  if (!isVisible) {
    context.authorize(action, arnOf('*', context.accountId, context.region));
    throw queryNotFound(id);
  }
  for (const storeId of await deps.queries.storesOf(row.id))
    await useStore(deps, storeId, { context, action, owner: row.owner_account });
  return row;
}

/** CloudTrail must be let use the store's key. */
async function checkKey({ kms }: Deps, store: QueriedStore): Promise<void> {
  if (store.kmsKey === undefined) return;
  const source = { arn: store.arn, accountId: store.account };
  try {
    await kms.check({
      keyArn: store.kmsKey,
      context: { 'aws:cloudtrail:arn': store.arn },
      user: { kind: 'service', service: 'cloudtrail.amazonaws.com', source },
      actions: ['kms:Decrypt'],
    });
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'InsufficientEncryptionPolicyException',
      `CloudTrail may not use the key ${store.kmsKey} of ${store.arn}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

const ARN = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:eventdatastore\/[0-9a-f-]{36}$/;

function checkName(named: string): void {
  if (named.startsWith('arn:') && !ARN.test(named))
    throw new AwsError(
      'EventDataStoreARNInvalidException',
      `${JSON.stringify(named.slice(0, 256))} is not the ARN of an event data store.`,
    );
}

function isArnOf(named: string, store: QueriedStore): boolean {
  return named === store.arn;
}

function arnOf(named: string, account: string, region: string): string {
  if (ARN.test(named)) return named;
  const id = /^[\w.-]+$/.test(named) ? named : '*';
  return `arn:aws:cloudtrail:${region}:${account}:eventdatastore/${id}`;
}
