import { stripVTControlCharacters, styleText } from 'node:util';

import { table } from '../table.ts';
import type { Chain, Link } from './chain.ts';
import type { Count } from './history.ts';
import { labelOf, type Identity } from './identity.ts';
import { kindName, titleOf, type Report } from './report.ts';

/** Whether a person reads it: then headings are bold and activity is drawn. */
export type Look = { readonly terminal: boolean };

/** The report as text, ending in a line break. What records say is shown without anything that would steer a terminal. */
export function printed(report: Report, look: Look): string {
  const sections = [
    [heading(`${clean(report.subject)}: ${clean(titleOf(report))}`, look), ...facts(report)],
    ...report.chains.map((chain, index) => chainLines(chain, { look, index, of: report.chains.length })),
    services(report, look),
    counts('Callers', report.callers.length > 1 || report.identity === undefined ? report.callers : [], look),
    counts('Keys', report.keys, look),
    counts('Addresses', report.addresses, look),
    also(report),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function facts({ identity, firstSeen, lastSeen, events, errors }: Report): string[] {
  const seen: [string, string | undefined][] = [
    ...identityFacts(identity),
    ['first seen', firstSeen ?? 'never'],
    ['last seen', lastSeen],
    ['events', `${number(events)}${errors === 0 ? '' : `, ${number(errors)} of them errors`}`],
  ];
  return seen.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(16)}${clean(value)}`],
  );
}

function identityFacts(identity: Identity | undefined): [string, string | undefined][] {
  if (identity === undefined) return [];
  const { arn, principalId, role, sourceIdentity, identityProvider, sessionStarted, mfa, fromConsole } =
    identity;
  return [
    ['type', identity.type],
    ['ARN', arn],
    ['account', identity.accountId],
    ['principal', principalId],
    ['role', role],
    ['source identity', sourceIdentity],
    ['provider', identityProvider],
    [
      'session since',
      sessionStarted === undefined
        ? undefined
        : `${sessionStarted}${fromConsole ? ', from the console' : ''}`,
    ],
    ['MFA', mfa === undefined ? undefined : mfa ? 'yes' : 'no'],
  ];
}

type Place = { readonly look: Look; readonly index: number; readonly of: number };

function chainLines({ links, person }: Chain, { look, index, of }: Place): string[] {
  const title = of === 1 ? 'Chain, newest first' : `Chain ${index + 1}, newest first`;
  const behind = person === undefined ? 'not known, the chain ends before a person' : labelOf(person);
  return [
    heading(title, look),
    ...links.flatMap((link, at) => linkLines(link, at)),
    `  behind it: ${clean(behind)}`,
  ];
}

function linkLines({ identity, issuedBy }: Link, at: number): string[] {
  const { accessKeyId } = identity;
  const lines = [`  ${at + 1}. ${clean([accessKeyId, labelOf(identity)].filter(Boolean).join('  '))}`];
  if (issuedBy !== undefined) {
    const { eventName, eventTime, sourceIp, eventId } = issuedBy;
    lines.push(`     by ${clean(`${eventName} at ${eventTime} from ${sourceIp ?? '?'}, event ${eventId}`)}`);
  } else if (accessKeyId !== undefined) lines.push('     issuer not seen');
  return lines;
}

function services({ services: found, moreServices }: Report, look: Look): string[] {
  if (found.length === 0) return [];
  const rows = found.map(({ service, events, errors, firstSeen, lastSeen, activity }) => [
    clean(service),
    number(events),
    errors === 0 ? '-' : number(errors),
    firstSeen,
    lastSeen,
    ...(look.terminal ? [drawn(activity)] : []),
  ]);
  const head = ['SERVICE', 'EVENTS', 'ERRORS', 'FIRST', 'LAST', ...(look.terminal ? ['ACTIVITY'] : [])];
  const lines = table(head, rows).split('\n');
  const more = moreServices === 0 ? [] : [`and ${moreServices} more services`];
  return [heading('Timeline by service', look), ...[...lines, ...more].map((line) => `  ${line}`)];
}

const BARS = ' ▁▂▃▄▅▆▇█';

/** One character for each part of the time; a part with any event has at least the lowest bar. */
function drawn(activity: readonly number[]): string {
  const most = Math.max(...activity, 1);
  return activity.map((count) => BARS[Math.ceil((count / most) * 8)]).join('');
}

function counts(title: string, found: readonly Count[], look: Look): string[] {
  if (found.length === 0) return [];
  const width = Math.max(...found.map(({ count }) => number(count).length));
  return [
    heading(title, look),
    ...found.map(({ value, count }) => `  ${number(count).padStart(width)}  ${clean(value)}`),
  ];
}

function also({ alsoAs, subject }: Report): string[] {
  return alsoAs.map(
    ({ kind, events }) =>
      `Also the name of ${kind === 'arn' || kind === 'ip' || kind === 'key' ? 'an' : 'a'} ${kindName(kind)} with ${number(events)} events: opentrail who --as ${kind} ${clean(subject)}`,
  );
}

function heading(text: string, { terminal }: Look): string {
  return terminal ? styleText('bold', text, { stream: process.stdout }) : text;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

/** Names in records are chosen by callers: control characters and those that turn the direction of writing become `?`. */
function clean(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    '?',
  );
}
