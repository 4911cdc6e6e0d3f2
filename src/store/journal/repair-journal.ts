import type { Logger } from '../../base/log.ts';
export async function repairJournal(_dir: string, _log: Logger): Promise<void> {}
