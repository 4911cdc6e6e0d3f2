import type { CellRange, CoverageReport, Hole } from '../../use/trails/coverage/contract.ts';
import { grouped } from '../progress.ts';
import { table } from '../table.ts';

/** Single files of one range that are named; the rest is counted. All of them are in the JSON. */
const NAMED = 20;

/** For people: a line for hours in a row that are alike, below it what is wrong with them, and the sums. */
export function describeCoverage(report: CoverageReport): string {
  const { cells, files } = report;
  const rows = report.ranges.flatMap((range) => rowsOf(range));
  const lines = [
    `Coverage of ${report.source} from ${report.from ?? '?'} to ${report.to ?? '?'}`,
    '',
    ...(rows.length === 0 ? [] : [table(['ACCOUNT', 'REGION', 'FROM', 'TO', 'HOURS', 'STATE'], rows), '']),
    ...report.notes.map((note) => `Note: ${note}`),
    `${grouped(cells.whole)}/${grouped(cells.all)} hours whole${sum(cells.notWhole, 'NOT WHOLE')}${sum(cells.unproven, 'unproven')}${sum(cells.open, 'open')}`,
    `${grouped(files.digests)} digest files, ${grouped(files.logs)} log files read; counts ${report.counts}`,
  ];
  return `${lines.join('\n')}\n`;
}

function sum(count: number, what: string): string {
  return count === 0 ? '' : `, ${grouped(count)} ${what}`;
}

function rowsOf({ account, region, from, to, hours, state, holes }: CellRange): string[][] {
  const row = [account, region, minute(from), minute(to), String(hours)];
  if (holes.length === 0) return [[...row, state]];
  const told = holes.slice(0, NAMED).map(describeHole);
  if (holes.length > NAMED) told.push(`and ${grouped(holes.length - NAMED)} more (--json names them)`);
  return told.map((text, index) => [...(index === 0 ? row : ['', '', '', '', '']), text]);
}

function describeHole({ reason, trail, uri, message }: Hole): string {
  const words = reason.replaceAll('-', ' ');
  return [`${words}${trail === undefined ? '' : ` (${trail})`}:`, uri, message]
    .filter((part) => part !== undefined)
    .join(' ');
}

function minute(time: string): string {
  return time.replace(/:00Z$/, 'Z');
}
