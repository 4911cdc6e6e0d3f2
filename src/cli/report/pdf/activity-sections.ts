import type { Content } from 'pdfmake';

import { grouped } from '../../progress.ts';
import type { AuditRecord } from '../audit-record.ts';
import type { ReportFacts } from '../facts.ts';
import { latest, top, type NotableKind, type Tally } from '../tally.ts';
import { daysChart } from './days-chart.ts';
import { more } from './evidence-sections.ts';
import { rowsTable } from './style.ts';

const MOST_IDENTITIES = 40;
const MOST_EVENTS = 25;
const MOST_NAMES = 15;

export function activitySection({ tally, from, to }: ReportFacts): readonly Content[] {
  return [
    daysChart(tally.days, from, to),
    {
      columns: [
        {
          width: '*',
          stack: [
            { text: 'Services', style: 'subheading', headlineLevel: 2 },
            counts('Service', tally.services),
          ],
        },
        { width: 14, text: '' },
        {
          width: '*',
          stack: [
            { text: 'Regions', style: 'subheading', headlineLevel: 2 },
            counts('Region', tally.regions),
          ],
        },
        { width: 14, text: '' },
        {
          width: '*',
          stack: [
            { text: 'Accounts', style: 'subheading', headlineLevel: 2 },
            counts('Account', tally.accounts),
          ],
        },
      ],
      margin: [0, 8, 0, 0],
    },
  ];
}

function counts(title: string, of: ReadonlyMap<string, number>): Content {
  return rowsTable(
    [
      { title, width: '*' },
      { title: 'Calls', width: 44, right: true },
    ],
    top(of, 10).map(([name, count]) => [name, grouped(count)]),
    'None.',
  );
}

export function identitiesSection({ tally }: ReportFacts): readonly Content[] {
  const all = [...tally.identities.values()].sort((a, b) => b.changes - a.changes || b.calls - a.calls);
  return [
    {
      text: 'Identities, those that changed most first. Sessions of a role are told apart by their session name.',
      style: 'text',
      margin: [0, 0, 0, 6],
    },
    rowsTable(
      [
        { title: 'Identity', width: '*' },
        { title: 'Calls', width: 36, right: true },
        { title: 'Changes', width: 38, right: true },
        { title: 'Refused', width: 38, right: true },
        { title: 'From', width: 78 },
        { title: 'Mostly', width: 72 },
        { title: 'First and last', width: 50 },
      ],
      all.slice(0, MOST_IDENTITIES).map((one) => [
        one.identity,
        grouped(one.calls),
        grouped(one.changes),
        grouped(one.denied),
        addressesOf(one.addresses),
        top(one.services, 2)
          .map(([service]) => service.replace('.amazonaws.com', ''))
          .join(', '),
        `${one.first.slice(0, 10)} ${one.last.slice(0, 10)}`,
      ]),
      'Nobody called.',
    ),
    ...(all.length > MOST_IDENTITIES ? [more(all.length - MOST_IDENTITIES, 'identities.csv')] : []),
  ];
}

/** `123456789012 user/alice`, of an ARN. */
function shortName(identity: string): string {
  const match = /^arn:[^:]*:(?:iam|sts)::(\d{12}):(?:assumed-role\/)?(.+)$/.exec(identity);
  return match === null ? identity : `${match[1]} ${match[2]}`;
}

function addressesOf(addresses: ReadonlySet<string>): string {
  const [first = ''] = addresses;
  return addresses.size < 2 ? first : `${first} and ${grouped(addresses.size - 1)} more`;
}

const NOTABLE: readonly (readonly [kind: NotableKind, title: string])[] = [
  ['sign-in', 'Sign-ins to the console'],
  ['root', 'What root users did'],
  ['iam', 'Changes of users, roles, keys and policies'],
  ['logging', 'Changes of logging itself'],
];

export function changesSection({ tally }: ReportFacts): readonly Content[] {
  return [
    {
      columns: [
        {
          width: '*',
          stack: [{ text: 'Most frequent changes', style: 'subheading', headlineLevel: 2 }, names(tally)],
        },
        { width: 14, text: '' },
        {
          width: '*',
          stack: [{ text: 'Most frequent refusals', style: 'subheading', headlineLevel: 2 }, refusals(tally)],
        },
      ],
    },
    ...NOTABLE.flatMap(([kind, title]) => notable(tally, kind, title)),
  ];
}

function names({ changed }: Tally): Content {
  return rowsTable(
    [
      { title: 'Operation', width: '*' },
      { title: 'Times', width: 36, right: true },
    ],
    top(changed, MOST_NAMES).map(([name, count]) => [name, grouped(count)]),
    'Nothing was changed.',
  );
}

function refusals({ refused }: Tally): Content {
  return rowsTable(
    [
      { title: 'Operation', width: '*' },
      { title: 'Who', width: '*' },
      { title: 'Times', width: 30, right: true },
    ],
    top(refused, MOST_NAMES).map(([key, count]) => {
      const [operation = '', identity = ''] = key.split('\n');
      return [operation, shortName(identity), grouped(count)];
    }),
    'Nobody was refused.',
  );
}

function notable({ notable: all }: Tally, kind: NotableKind, title: string): readonly Content[] {
  const { count } = all[kind];
  return [
    { text: `${title} (${grouped(count)})`, style: 'subheading', headlineLevel: 2 },
    rowsTable(
      [
        { title: 'Time (UTC)', width: 84 },
        { title: 'Who', width: '*' },
        { title: 'What', width: 100 },
        { title: 'From', width: 80 },
        { title: 'Outcome', width: 74 },
      ],
      latest(all[kind], MOST_EVENTS).map((event) => [
        event.eventTime,
        shortName(event.identity),
        event.eventName,
        event.sourceIPAddress,
        outcomeOf(event),
      ]),
      'None.',
    ),
    ...(count > MOST_EVENTS ? [more(count - MOST_EVENTS, 'events.csv')] : []),
  ];
}

function outcomeOf({ errorCode, outcome, mfaUsed }: AuditRecord): string {
  const result = errorCode || outcome || 'done';
  return mfaUsed === '' ? result : `${result}, MFA: ${mfaUsed}`;
}
