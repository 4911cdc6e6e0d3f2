import { readLogFileName } from '../../aws/log-file-name.ts';
import type { ImportState } from './import-state.ts';
import type { LogFileSource, SourceFile } from './log-file-source.ts';

export type PlannedFile = SourceFile & { readonly day: string | undefined };

export type ImportPlan = {
  /** To be read, newest day first; files whose name tells no day come last. */
  readonly files: readonly PlannedFile[];
  /** Finished by an earlier run and unchanged. */
  readonly finished: number;
  readonly digests: number;
  readonly others: number;
  readonly beforeSince: number;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly oldestDay: string | undefined;
  readonly newestDay: string | undefined;
};

/** Lists a source once and decides what is read, in which order. */
export async function planImport(deps: {
  readonly source: LogFileSource;
  readonly state: ImportState;
  readonly since: string | undefined;
}): Promise<ImportPlan> {
  const finishedBefore = await deps.state.load();
  const files: PlannedFile[] = [];
  const seen = { finished: 0, digests: 0, others: 0, beforeSince: 0 };
  const accounts = new Set<string>();
  const regions = new Set<string>();
  for await (const file of deps.source.list()) {
    const name = readLogFileName(file.path);
    if (name.kind === 'digest') seen.digests++;
    else if (name.kind === 'other') seen.others++;
    else if (deps.since !== undefined && name.day !== undefined && name.day < deps.since.slice(0, 10))
      seen.beforeSince++;
    else if (finishedBefore.get(file.path) === file.version) seen.finished++;
    else files.push({ ...file, day: name.day });
    if (name.account) accounts.add(name.account);
    if (name.region) regions.add(name.region);
  }
  const days = files
    .map((file) => file.day)
    .filter((day) => day !== undefined)
    .sort();
  return {
    ...seen,
    files: files.sort(newestDayFirst),
    accounts: [...accounts].sort(),
    regions: [...regions].sort(),
    oldestDay: days[0],
    newestDay: days.at(-1),
  };
}

function newestDayFirst(a: PlannedFile, b: PlannedFile): number {
  const [dayA, dayB] = [a.day ?? '', b.day ?? ''];
  if (dayA !== dayB) return dayA < dayB ? 1 : -1;
  return a.path < b.path ? 1 : -1;
}
