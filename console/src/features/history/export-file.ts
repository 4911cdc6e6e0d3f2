import type { TrailEvent } from '../../events/trail-event.ts';
import { csvLine } from '../../parts/csv.ts';

export type ExportFormat = 'csv' | 'json';

/** At most this many events go into one file; more is a job for the CLI, or for the delivered log files. */
export const EXPORT_LIMIT = 100_000;

/** Pieces of a file, written one after another while the pages come in. */
export type FileWriter = {
  readonly open: string;
  /** `index` counts from 0 over the whole file. */
  readonly event: (event: TrailEvent, index: number) => string;
  readonly close: string;
  readonly type: string;
};

export function fileWriter(format: ExportFormat): FileWriter {
  return format === 'csv' ? CSV : JSON_RECORDS;
}

/** CloudTrail's own file format, each record byte for byte as it was recorded: other tools read it, and so does `opentrail import`. */
const JSON_RECORDS: FileWriter = {
  open: '{"Records":[',
  event: (event, index) => (index === 0 ? '' : ',') + event.raw,
  close: ']}',
  type: 'application/json',
};

const COLUMNS: readonly (readonly [string, (event: TrailEvent) => string])[] = [
  ['Event time', (event) => new Date(event.time).toISOString().replace('.000', '')],
  ['Event name', (event) => event.name],
  ['Event source', (event) => event.source],
  ['User name', (event) => event.username],
  ['User ARN', (event) => event.userArn],
  ['Access key', (event) => event.accessKeyId],
  ['Source IP address', (event) => event.sourceIp],
  ['User agent', (event) => event.userAgent],
  ['Resources', (event) => event.resources.map(({ name }) => name).join(' ')],
  ['Resource types', (event) => event.resources.map(({ type }) => type).join(' ')],
  ['Error code', (event) => event.errorCode],
  ['Error message', (event) => event.errorMessage],
  ['Read-only', (event) => String(event.readOnly)],
  ['Account', (event) => event.account],
  ['Region', (event) => event.region],
  ['Category', (event) => event.category],
  ['Event ID', (event) => event.id],
];

const CSV: FileWriter = {
  open: csvLine(COLUMNS.map(([name]) => name)),
  event: (event) => csvLine(COLUMNS.map(([, read]) => read(event))),
  close: '',
  type: 'text/csv',
};
