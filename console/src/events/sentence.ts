import { childOf, isObject, textAt, type RecordObject } from './record.ts';
import type { Resource, TrailEvent } from './trail-event.ts';
import { toolOf } from './user-agent.ts';
import { operationWords, singular } from './words.ts';

export type Part = { readonly kind: 'text' | 'who' | 'thing' | 'place' | 'outcome'; readonly text: string };

/** `unknown`: the server went down, or the client away, before there was a whole answer; the call may have taken effect. */
export type Outcome = 'ok' | 'denied' | 'failed' | 'unknown';

/** `alice terminated instance i-0abc from 203.0.113.9 with the AWS CLI`; what did not happen was only tried. */
export function sentenceOf(event: TrailEvent): readonly Part[] {
  const outcome = outcomeOf(event);
  return [
    { kind: 'who', text: whoOf(event) },
    ...actionOf(event, outcome),
    ...placeOf(event),
    ...ending(event, outcome),
  ];
}

export function sentenceText(parts: readonly Part[]): string {
  return parts.map((part) => part.text).join('');
}

export function outcomeOf(event: TrailEvent): Outcome {
  const failedLogin = textAt(event.record, 'responseElements', 'ConsoleLogin') === 'Failure';
  if (event.errorCode === '' && isOpen(event)) return 'unknown';
  if (event.errorCode === '') return failedLogin ? 'failed' : 'ok';
  return /AccessDenied|Unauthori[sz]ed|NotAuthori[sz]ed|Forbidden|AuthFailure|AuthorizationError/i.test(
    event.errorCode,
  )
    ? 'denied'
    : 'failed';
}

function isOpen(event: TrailEvent): boolean {
  return ['unknown', 'aborted'].includes(textAt(event.record, 'additionalEventData', 'outcome'));
}

/** Who did it, as one would say it. */
function whoOf(event: TrailEvent): string {
  const identity = childOf(event.record, 'userIdentity');
  const account = textAt(identity, 'accountId');
  if (isHiddenName(event.username)) return 'somebody whose name is hidden';
  switch (textAt(identity, 'type')) {
    case 'Root':
      return `the root user${account ? ` of ${account}` : ''}`;
    case 'AssumedRole':
      return withRole(event, identity);
    case 'AWSService':
      return textAt(identity, 'invokedBy') || 'an AWS service';
    case 'AWSAccount':
      return account ? `a caller of account ${account}` : 'a caller of another account';
    case 'IdentityCenterUser':
      return `Identity Center user ${event.username || textAt(identity, 'onBehalfOf', 'userId')}`.trim();
    case 'Unknown':
      return (
        event.username ||
        (event.accessKeyId ? `an unknown caller with key ${event.accessKeyId}` : 'an unknown caller')
      );
    default:
      return (
        event.username ||
        textAt(identity, 'invokedBy') ||
        textAt(identity, 'principalId') ||
        event.accessKeyId ||
        'somebody'
      );
  }
}

/** A sign-in with a name that nobody has: it may have been a password, so it is not recorded. */
export function isHiddenName(name: string): boolean {
  return name === 'HIDDEN_DUE_TO_SECURITY_REASONS';
}

/** The same in the few letters of a table's cell. */
export function actorOf(event: TrailEvent): string {
  if (isHiddenName(event.username)) return '(hidden)';
  const identity = childOf(event.record, 'userIdentity');
  const type = textAt(identity, 'type');
  if (type === 'Root') return 'root';
  if (type === 'AWSAccount') return `account ${textAt(identity, 'accountId')}`.trim();
  if (type === 'Unknown') return event.username || event.accessKeyId || 'unknown';
  return whoOf(event);
}

function withRole(event: TrailEvent, identity: RecordObject): string {
  const role = textAt(identity, 'sessionContext', 'sessionIssuer', 'userName');
  const session = event.username;
  if (!role) return session || 'a role session';
  return session && session !== role ? `${session} (role ${role})` : `role ${role}`;
}

function actionOf(event: TrailEvent, outcome: Outcome): readonly Part[] {
  const tried = outcome !== 'ok';
  if (event.name === 'ConsoleLogin')
    return [say(tried ? ' tried to sign in to the console' : ' signed in to the console')];
  const { verb, past, noun } = operationWords(event.name);
  if (!verb || !past)
    return [say(tried ? ' tried to call ' : ' called '), thing(event.name), ...objectOf(event, '', ' on ')];
  const doing = tried ? ` tried to ${verb}` : ` ${past}`;
  const keyUse = event.source === 'kms.amazonaws.com' && noun === '';
  return [say(doing), ...objectOf(event, noun, keyUse ? ' using ' : ' ')];
}

/** What it was done to: ` instance i-0abc and 2 more`, or just ` instances` when nothing names it. */
function objectOf(event: TrailEvent, noun: string, link: string): readonly Part[] {
  const [main, more] = mainResource(event, noun);
  if (!main) return noun === '' ? [] : [say(` ${noun}`)];
  const kind = noun === '' ? typeNoun(main.type) : more > 0 ? noun : singular(noun);
  return [
    say(`${link}${kind}${kind ? ' ' : ''}`),
    thing(shortName(main.name)),
    ...(more > 0 ? [say(` and ${more} more`)] : []),
  ];
}

/** The resource that the operation's noun names, and how many others there are of its type. */
function mainResource(event: TrailEvent, noun: string): readonly [Resource | undefined, number] {
  const wanted = singular(noun).replaceAll(' ', '').toLowerCase();
  const named = event.resources.filter((resource) => resource.name !== '');
  const typeOf = (resource: Resource) => lastPart(resource.type, '::').toLowerCase();
  const exact = named.find((resource) => wanted !== '' && typeOf(resource) === wanted);
  const close = named.find((resource) => typeOf(resource) !== '' && wanted.endsWith(typeOf(resource)));
  const main = exact ?? close ?? fromParameters(event, wanted) ?? named[0];
  if (!main) return [undefined, 0];
  const alike = new Set(
    named.filter((resource) => resource.type === main.type).map(({ name }) => shortName(name)),
  );
  return [main, named.includes(main) ? alike.size - 1 : 0];
}

/** `tableName`, `dbInstanceIdentifier`, `roleArn` of the request, for the noun `table`, `DB instance`, `role`. */
function fromParameters(event: TrailEvent, noun: string): Resource | undefined {
  const parameters = childOf(event.record, 'requestParameters');
  const wanted = ['name', 'id', 'identifier', 'arn', ''].map((ending) => noun + ending);
  if (noun === '') return undefined;
  for (const ending of wanted) {
    const key = Object.keys(parameters).find((candidate) => candidate.toLowerCase() === ending);
    const value = key === undefined ? undefined : parameters[key];
    if (typeof value === 'string' && value !== '' && value.length < 256) return { type: '', name: value };
  }
  return isObject(parameters) && typeof parameters['name'] === 'string' && parameters['name'] !== ''
    ? { type: '', name: parameters['name'] }
    : undefined;
}

function placeOf(event: TrailEvent): readonly Part[] {
  const parts: Part[] = [];
  const tool = toolOf(event.userAgent);
  const through = event.sourceIp.endsWith('.amazonaws.com');
  if (through && whoOf(event) !== event.sourceIp)
    parts.push(say(' through '), { kind: 'place', text: event.sourceIp });
  else if (event.sourceIp === 'AWS Internal') parts.push(say(' from inside AWS'));
  else if (event.sourceIp && !through) parts.push(say(' from '), { kind: 'place', text: event.sourceIp });
  if (tool && tool !== event.sourceIp) parts.push(say(` with ${tool}`));
  return parts;
}

function ending(event: TrailEvent, outcome: Outcome): readonly Part[] {
  if (outcome === 'ok') return [];
  if (outcome === 'unknown')
    return [say('; '), { kind: 'outcome', text: 'whether it took effect is not known' }];
  const why = outcome === 'denied' ? 'denied' : event.errorCode ? `failed: ${event.errorCode}` : 'failed';
  return [say('; '), { kind: 'outcome', text: why }];
}

/** `arn:aws:dynamodb:…:table/ledger` → `ledger`; bucket and object ARNs keep their path. */
export function shortName(name: string): string {
  if (!name.startsWith('arn:')) return name;
  const rest = name.split(':').slice(5).join(':');
  if (name.split(':')[2] === 's3') return rest;
  return /^(role|user|group|policy)\//.test(rest)
    ? lastPart(rest, '/')
    : rest.replace(/^[a-z-]+[/:]/, '') || name;
}

function typeNoun(type: string): string {
  const last = lastPart(type, '::');
  return last.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function lastPart(text: string, separator: string): string {
  return text.split(separator).at(-1) ?? '';
}

function say(text: string): Part {
  return { kind: 'text', text };
}

function thing(text: string): Part {
  return { kind: 'thing', text };
}
