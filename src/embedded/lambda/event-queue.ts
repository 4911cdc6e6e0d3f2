import type { Settings } from '../../store/settings/contract.ts';
import { tooMany } from './lambda-errors.ts';
import type { LambdaEventRow, LambdaTables } from './settings.ts';

export type LambdaSettings = Settings<LambdaTables>;

export type NewEvent = Pick<LambdaEventRow, 'id' | 'function_name' | 'payload' | 'client_context'>;

/** Events that may wait, of all functions. */
const MOST = 100_000;

/** Accepted asynchronous invocations. Once `add` resolves an event survives the process, until it is done or given up. */
export class EventQueue {
  readonly #settings: LambdaSettings;
  #waiting: number | undefined;

  constructor(settings: LambdaSettings) {
    this.#settings = settings;
  }

  /** Throws TooManyRequestsException where too many wait already. */
  async add(event: NewEvent, now: number): Promise<void> {
    this.#waiting ??= await this.#count();
    if (this.#waiting >= MOST) throw tooMany();
    this.#waiting++;
    const row: LambdaEventRow = { ...event, created_at: now, attempts: 0, waits: 0, next_at: now };
    await this.#settings.insertInto('lambda_events').values(row).execute();
  }

  /** Functions for which something is due. */
  async dueFunctions(now: number): Promise<readonly string[]> {
    const rows = await this.#settings
      .selectFrom('lambda_events')
      .select('function_name')
      .distinct()
      .where('next_at', '<=', now)
      .execute();
    return rows.map((row) => row.function_name);
  }

  due(functionName: string, now: number, most: number): Promise<readonly LambdaEventRow[]> {
    return this.#settings
      .selectFrom('lambda_events')
      .selectAll()
      .where('function_name', '=', functionName)
      .where('next_at', '<=', now)
      .orderBy('next_at')
      .limit(most)
      .execute();
  }

  async postpone(event: Pick<LambdaEventRow, 'id' | 'attempts' | 'waits' | 'next_at'>): Promise<void> {
    const { id, ...change } = event;
    await this.#settings.updateTable('lambda_events').set(change).where('id', '=', id).execute();
  }

  async finish(id: string): Promise<void> {
    await this.#settings.deleteFrom('lambda_events').where('id', '=', id).execute();
    if (this.#waiting !== undefined) this.#waiting--;
  }

  async #count(): Promise<number> {
    const counted = this.#settings.selectFrom('lambda_events').select(({ fn }) => fn.countAll().as('events'));
    return Number((await counted.executeTakeFirstOrThrow()).events);
  }
}
