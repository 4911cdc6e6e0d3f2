import { AwsError } from '../../../aws/errors.ts';
import { badBatch } from '../sqs-errors.ts';

const MOST_ENTRIES = 10;

/** Throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct. */
export function checkBatch(name: string, entries: readonly { readonly Id: string }[]): void {
  if (entries.length === 0)
    throw badBatch('EmptyBatchRequest', `There should be at least one ${name}RequestEntry in the request.`);
  if (entries.length > MOST_ENTRIES)
    throw badBatch(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MOST_ENTRIES}. You have sent ${entries.length}.`,
    );
  const ids = entries.map(({ Id }) => Id);
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id)))
    throw badBatch(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw badBatch('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`);
}

export type FailedEntry = {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
};

/** What an entry of a batch was refused for. Rethrows what is no AwsError. */
export function failedEntry(Id: string, error: unknown): FailedEntry {
  if (!(error instanceof AwsError)) throw error;
  return { Id, SenderFault: error.status < 500, Code: error.queryCode ?? error.code, Message: error.message };
}

/** Each entry by itself: what fails does not keep the others. */
export async function eachEntry<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<void>,
) {
  const Successful: { readonly Id: string }[] = [];
  const Failed: FailedEntry[] = [];
  for (const entry of entries) {
    try {
      await work(entry);
      Successful.push({ Id: entry.Id });
    } catch (error) {
      Failed.push(failedEntry(entry.Id, error));
    }
  }
  return { Successful, Failed };
}
