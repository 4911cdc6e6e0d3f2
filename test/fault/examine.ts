import { lookupAll, type Server } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';

export type Say = (text: string) => void;

/** What clients and the upstream know to have happened. */
export type Truth = { readonly acknowledged: ReadonlySet<string>; readonly executed: ReadonlySet<string> };

export type TableRecord = {
  readonly eventID: string;
  readonly eventName: string;
  readonly requestParameters?: { readonly tableName?: string } | null;
};

/** Table name → ids of the records that name it. An intent's record may not know its parameters: it is found by its id alone. */
export type Tables = ReadonlyMap<string, readonly string[]>;

export async function tablesInHistory(server: Server): Promise<Tables> {
  const events = await lookupAll(server, {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateTable' }],
  });
  return tablesIn(events.map((event) => JSON.parse(event.CloudTrailEvent) as TableRecord));
}

export function tablesIn(records: readonly TableRecord[]): Tables {
  const tables = new Map<string, string[]>();
  for (const record of records) {
    if (record.eventName !== 'CreateTable') continue;
    const name = record.requestParameters?.tableName ?? `unknown ${record.eventID}`;
    tables.set(name, [...(tables.get(name) ?? []), record.eventID]);
  }
  return tables;
}

/** Asks until every acknowledged call is there, and a record (if only of unknown outcome) for every executed one; the last answer otherwise. */
export async function completed(
  ask: () => Promise<Tables>,
  { acknowledged, executed }: Truth,
  patience = 60_000,
): Promise<Tables> {
  const isComplete = (found: Tables) =>
    found.size >= executed.size && [...acknowledged].every((name) => found.has(name));
  return eventually(async () => {
    const found = await ask();
    return isComplete(found) ? found : undefined;
  }, patience).catch(ask);
}

/** What is missing, or there twice. */
export function compare(where: string, found: Tables, { acknowledged, executed }: Truth): string[] {
  const problems: string[] = [];
  const missing = [...acknowledged].filter((name) => !found.has(name));
  if (missing.length > 0)
    problems.push(
      `${where}: ${missing.length} acknowledged calls are missing, such as ${missing.slice(0, 3).join(', ')}`,
    );
  const twice = [...found].filter(([, ids]) => ids.length > 1).map(([name]) => name);
  if (twice.length > 0)
    problems.push(`${where}: ${twice.length} calls are there twice, such as ${twice.slice(0, 3).join(', ')}`);
  // Executed but unacknowledged writes have at least the record of their intent, which may not know the parameters.
  const unknown = [...found.keys()].filter((name) => name.startsWith('unknown ')).length;
  const unseen = [...executed].filter((name) => !found.has(name)).length;
  if (unseen > unknown)
    problems.push(
      `${where}: ${unseen} executed writes have no record of their own, and only ${unknown} records of unknown outcome stand for them`,
    );
  return problems;
}

/** The counters of the invariant; the problem if it does not hold. */
export async function counters(
  server: Server,
): Promise<{ readonly values: Readonly<Record<string, number>>; readonly problem: string | undefined }> {
  const text = await (await fetch(`${server.url}/_metrics`)).text();
  const value = (name: string) =>
    Number(new RegExp(`^opentrail_${name}_total(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1] ?? 0);
  const values = Object.fromEntries(
    ['received', 'recorded', 'rejected', 'unselected', 'unrecorded'].map((name) => [name, value(name)]),
  );
  const { received = 0, recorded = 0, rejected = 0, unselected = 0, unrecorded = 0 } = values;
  const holds = received === recorded + rejected + unselected + unrecorded;
  return { values, problem: holds ? undefined : `the counters do not add up: ${JSON.stringify(values)}` };
}

export async function health(
  server: Server,
): Promise<{ readonly status: string; readonly problems: readonly string[] }> {
  return (await (await fetch(`${server.url}/_health`)).json()) as { status: string; problems: string[] };
}
