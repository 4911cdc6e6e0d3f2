import type { Content } from 'pdfmake';
import type { TDocumentDefinitions } from 'pdfmake/interfaces.d.ts';

import { isoSeconds } from '../../../base/clock.ts';
import { grouped } from '../../progress.ts';
import type { ReportFacts } from '../facts.ts';
import { activitySection, changesSection, identitiesSection } from './activity-sections.ts';
import { coverageSection, filesSection, findingsSection, proofsSection } from './evidence-sections.ts';
import { ACCENT, BAD, figures, GOOD, MUTED, RULE, STYLES, WARN } from './style.ts';

/** The report as pdfmake sets it. */
export function reportDocument(facts: ReportFacts): TDocumentDefinitions {
  const period = periodOf(facts);
  return {
    info: { title: `Audit report ${period}`, author: 'Opentrail', subject: 'Who did what' },
    pageSize: 'A4',
    pageMargins: [40, 52, 40, 48],
    defaultStyle: { font: 'Roboto', fontSize: 9.5 },
    styles: { ...STYLES },
    header: (page) =>
      page === 1
        ? null
        : {
            columns: [
              { text: 'Audit report', style: 'label' },
              { text: period, style: 'label', alignment: 'right' },
            ],
            margin: [40, 24, 40, 0],
          },
    footer: (page, pages) => ({
      columns: [
        { text: `Made by Opentrail ${facts.version} on ${isoSeconds(facts.madeAt)}`, style: 'label' },
        { text: `${page} / ${pages}`, style: 'label', alignment: 'right' },
      ],
      margin: [40, 16, 40, 0],
    }),
    // No heading stands alone at the foot of a page.
    pageBreakBefore: ({ headlineLevel }, nodes) =>
      headlineLevel !== undefined && nodes.getFollowingNodesOnPage().length === 0,
    content: [
      ...cover(facts, period),
      ...section('1  Activity', activitySection(facts)),
      ...section('2  Who did what', identitiesSection(facts), { newPage: true }),
      ...section('3  Changes and refusals', changesSection(facts), { newPage: true }),
      ...section('4  Findings', findingsSection(facts), { newPage: true }),
      ...section('5  Coverage', coverageSection(facts.coverage)),
      ...section('6  Proofs', proofsSection(facts.proofs)),
      ...section('7  Files', filesSection(facts.files)),
    ],
  };
}

function section(title: string, body: readonly Content[], { newPage = false } = {}): readonly Content[] {
  return [
    {
      text: title,
      style: 'heading',
      headlineLevel: 1,
      ...(newPage ? { pageBreak: 'before' as const } : {}),
    },
    ...body,
  ];
}

function periodOf({ from, to }: ReportFacts): string {
  return `${isoSeconds(from * 1000)} to ${isoSeconds(to * 1000)}`;
}

function cover(facts: ReportFacts, period: string): readonly Content[] {
  const { tally, account } = facts;
  return [
    { canvas: [{ type: 'rect', x: 0, y: 0, w: 515, h: 4, color: ACCENT }], margin: [0, 0, 0, 22] },
    { text: 'Audit report', style: 'title' },
    { text: `Who did what, ${period}`, style: 'subtitle', margin: [0, 2, 0, 14] },
    {
      layout: { hLineWidth: () => 0.4, vLineWidth: () => 0, hLineColor: () => RULE },
      table: {
        widths: [90, '*'],
        body: [
          ['Account', account ?? 'all that the server keeps'],
          ['Read from', `${facts.source} at ${facts.endpoint}`],
          ['Made by', facts.madeBy],
          ['Made on', isoSeconds(facts.madeAt)],
        ].map(([name = '', value = '']) => [
          { text: name, style: 'label', margin: [0, 2, 0, 2] },
          { text: value, style: 'text' },
        ]),
      },
      margin: [0, 0, 0, 10],
    },
    figures([
      ['calls', grouped(tally.calls)],
      ['changes', grouped(tally.changes)],
      ['identities', grouped(tally.identities.size)],
      ['failed calls', grouped(tally.errors)],
      ['of them refused', grouped(tally.denied)],
    ]),
    { text: 'In short', style: 'subheading' },
    { stack: verdicts(facts).map(([color, text]) => verdictLine(color, text)) },
  ];
}

function verdictLine(color: string, text: string): Content {
  return {
    columns: [
      { width: 12, canvas: [{ type: 'ellipse', x: 4, y: 6, r1: 3.2, r2: 3.2, color }] },
      { width: '*', text, style: 'text' },
    ],
    margin: [0, 1.5, 0, 1.5],
  };
}

type Verdict = readonly [color: string, text: string];

/** What somebody in a hurry reads; also printed by the command. */
export function verdicts({ coverage, proofs, findings, tally }: ReportFacts): readonly Verdict[] {
  return [coverageVerdict(coverage), proofVerdict(proofs), findingVerdict(findings), loggingVerdict(tally)];
}

function coverageVerdict(coverage: ReportFacts['coverage']): Verdict {
  if (!('found' in coverage)) return [MUTED, `Coverage could not be told: ${coverage.missing}.`];
  const sum = (of: 'all' | 'notWhole') => coverage.found.reduce((total, { cells }) => total + cells[of], 0);
  if (sum('notWhole') > 0)
    return [BAD, `Coverage: ${grouped(sum('notWhole'))} of ${grouped(sum('all'))} hours are not whole.`];
  return [GOOD, `Coverage: nothing speaks against any of ${grouped(sum('all'))} hours.`];
}

function proofVerdict(proofs: ReportFacts['proofs']): Verdict {
  if (!('found' in proofs)) return [MUTED, `Proofs could not be had: ${proofs.missing}.`];
  const { sampled } = proofs.found;
  const of = (start: string) => sampled.filter(({ result }) => result.startsWith(start)).length;
  if (of('INVALID') > 0) return [BAD, `Proofs: ${of('INVALID')} of ${sampled.length} DO NOT HOLD.`];
  return [
    of('valid') === sampled.length ? GOOD : WARN,
    `Proofs: ${of('valid')} of ${sampled.length} events looked at are proved.`,
  ];
}

function findingVerdict(findings: ReportFacts['findings']): Verdict {
  if (!('found' in findings)) return [MUTED, `Findings could not be had: ${findings.missing}.`];
  const open = findings.found.filter(({ Status }) => Status === 'OPEN').length;
  return [
    open > 0 ? WARN : GOOD,
    `Findings: ${grouped(findings.found.length)}, of which ${grouped(open)} are open.`,
  ];
}

function loggingVerdict({ notable }: ReportFacts['tally']): Verdict {
  const { count } = notable.logging;
  return [
    count > 0 ? WARN : GOOD,
    `Logging itself was changed ${count === 1 ? 'once' : `${grouped(count)} times`}.`,
  ];
}
