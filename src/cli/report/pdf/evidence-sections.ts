import type { Content } from 'pdfmake';

import type { CellRange, CoverageReport } from '../../../use/trails/coverage/contract.ts';
import { grouped } from '../../progress.ts';
import type { Part, ProofEvidence } from '../evidence.ts';
import type { ReportFacts } from '../facts.ts';
import { BAD, breakable, GOOD, rowsTable, WARN } from './style.ts';

const MOST_ROWS = 40;

export const missing = (what: string, { missing: why }: { readonly missing: string }): Content => ({
  text: `${what} is not part of this report: ${why}.`,
  style: 'note',
});

export function coverageSection(coverage: Part<readonly CoverageReport[]>): readonly Content[] {
  const intro: Content = {
    text:
      'For each account and region, hour by hour: whether the log files that trails delivered are all there and unchanged, by the chain of ' +
      'signed digests, and whether calls passed unrecorded.',
    style: 'text',
    margin: [0, 0, 0, 6],
  };
  if (!('found' in coverage)) return [intro, missing('Coverage', coverage)];
  const perTrail = coverage.found.map(({ source, cells, files, whole }) => [
    source,
    grouped(cells.all),
    grouped(cells.whole),
    grouped(cells.notWhole),
    grouped(cells.open + cells.unproven),
    grouped(files.logs),
    whole ? 'whole' : 'NOT WHOLE',
  ]);
  const holes = coverage.found.flatMap(({ ranges }) => ranges.filter(({ state }) => state === 'not-whole'));
  return [
    intro,
    rowsTable(
      [
        { title: 'Trail', width: '*' },
        { title: 'Hours', width: 38, right: true },
        { title: 'Whole', width: 38, right: true },
        { title: 'Not whole', width: 44, right: true },
        { title: 'Not closed yet', width: 58, right: true },
        { title: 'Log files', width: 42, right: true },
        { title: 'Verdict', width: 52 },
      ],
      perTrail,
      'No trail.',
    ),
    { text: 'Hours that are not whole', style: 'subheading', headlineLevel: 2 },
    rowsTable(
      [
        { title: 'Account', width: 62 },
        { title: 'Region', width: 55 },
        { title: 'From', width: 82 },
        { title: 'Hours', width: 32, right: true },
        { title: 'Why', width: '*' },
      ],
      holes.slice(0, MOST_ROWS).map(rowOfRange),
      'None.',
    ),
    ...(holes.length > MOST_ROWS ? [more(holes.length - MOST_ROWS, 'coverage.csv')] : []),
  ];
}

function rowOfRange({ account, region, from, hours, holes }: CellRange): readonly string[] {
  const why = [...new Set(holes.map(({ reason, message }) => `${reason}: ${message}`))];
  return [account, region, from, grouped(hours), why.slice(0, 3).join('; ')];
}

export function proofsSection(proofs: Part<ProofEvidence>): readonly Content[] {
  const intro: Content = {
    text:
      'Every record is a leaf of an append-only Merkle tree whose size and root are signed. With the checkpoint below a record can be proved to ' +
      'be among those that were there when it was signed, and a changed one cannot (opentrail prove, opentrail verify --proof).',
    style: 'text',
    margin: [0, 0, 0, 6],
  };
  if (!('found' in proofs)) return [intro, missing('A proof', proofs)];
  const { origin, size, root, publicKey, sampled } = proofs.found;
  const valid = sampled.filter(({ result }) => result === 'valid').length;
  const invalid = sampled.filter(({ result }) => result.startsWith('INVALID')).length;
  const color = invalid > 0 ? BAD : valid === sampled.length ? GOOD : WARN;
  return [
    intro,
    rowsTable(
      [
        { title: 'Checkpoint', width: 90 },
        { title: '', width: '*' },
      ],
      [
        ['Origin', origin],
        ['Records in the tree', grouped(size)],
        ['Root hash', root],
        ['Public key', publicKey],
      ],
      '',
    ),
    {
      text: `Of ${sampled.length} events spread over the period, the proofs of ${valid} were checked and hold${invalid > 0 ? `; ${invalid} DO NOT HOLD` : ''}${
        valid + invalid < sampled.length ? `; ${sampled.length - valid - invalid} have none` : ''
      }. The list is in proofs.csv, the signed checkpoint in checkpoint.txt.`,
      style: 'text',
      color,
      margin: [0, 8, 0, 0],
    },
  ];
}

export function findingsSection({ findings }: ReportFacts): readonly Content[] {
  const intro: Content = {
    text: 'What detections found in events of the period, the gravest first, and whether somebody has looked at it.',
    style: 'text',
    margin: [0, 0, 0, 6],
  };
  if (!('found' in findings)) return [intro, missing('What detections found', findings)];
  const all = findings.found;
  return [
    intro,
    rowsTable(
      [
        { title: 'Severity', width: 46 },
        { title: 'Finding', width: '*' },
        { title: 'Who', width: 150 },
        { title: 'Account', width: 60 },
        { title: 'Events', width: 32, right: true },
        { title: 'Last', width: 50 },
        { title: 'State', width: 66 },
      ],
      all
        .slice(0, MOST_ROWS)
        .map((one) => [
          one.Severity,
          one.Title,
          one.Actor,
          one.AccountId,
          grouped(one.Count),
          one.LastEventTime.slice(0, 10),
          one.Status,
        ]),
      'Nothing was found.',
    ),
    ...(all.length > MOST_ROWS ? [more(all.length - MOST_ROWS, 'findings.csv')] : []),
  ];
}

export function more(count: number, file: string): Content {
  return { text: `and ${grouped(count)} more in ${file}`, style: 'note', margin: [3, 3, 0, 0] };
}

export function filesSection(files: ReportFacts['files']): readonly Content[] {
  return [
    {
      text: 'These files belong to the report. Their SHA-256 hashes are in MANIFEST.sha256 too, for sha256sum --check.',
      style: 'text',
      margin: [0, 0, 0, 6],
    },
    rowsTable(
      [
        { title: 'File', width: 90 },
        { title: 'SHA-256', width: '*' },
      ],
      files.map(([name, hash]) => [name, breakable(hash)]),
      '',
    ),
  ];
}
