import type { Found, History } from './history.ts';
import { identityOf, isPerson, object, present, sessionName, text, type Identity } from './identity.ts';

/** A key or session, and the call that it came from. */
export type Link = {
  readonly identity: Identity;
  /** Undefined when no such call is in the history. */
  readonly issuedBy?: Issuing;
};

export type Issuing = {
  readonly eventName: string;
  readonly eventTime: string;
  readonly eventId: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
};

/** From the key asked for back to the oldest that is known. */
export type Chain = {
  readonly links: readonly Link[];
  /** The first somebody on the way back; undefined when the way ends before. */
  readonly person?: Identity;
};

const LONGEST = 50;

/**
 * Walks back from a key: who used it, the call that gave it out, the key of that call, and so on, to whoever has no key (a sign-in, a token, a
 * service) or whose key nobody was seen to give out. Undefined when nothing at all is known of the key.
 */
export async function chainOf(history: History, accessKeyId: string): Promise<Chain | undefined> {
  const links: Link[] = [];
  const seen = new Set<string>();
  let key: string | undefined = accessKeyId;
  let shown: Identity | undefined;
  while (key !== undefined && !seen.has(key) && links.length < LONGEST) {
    seen.add(key);
    const [issuing, used]: [Found | undefined, Found | undefined] = await Promise.all([
      issuingOf(history, key),
      shown === undefined ? newest(history, key) : undefined,
    ]);
    shown ??= used === undefined ? undefined : identityOf(used);
    const identity = shown ?? (issuing === undefined ? undefined : issuedTo(issuing, key));
    if (identity === undefined) break;
    const source = issuing ?? (await signInOf(history, identity));
    links.push(source === undefined ? { identity } : { identity, issuedBy: issuingFrom(source) });
    shown = issuing === undefined ? undefined : identityOf(issuing);
    key = shown?.accessKeyId;
  }
  // Who came without a key ends the chain.
  if (shown !== undefined && key === undefined) links.push({ identity: shown });
  const person = links.find(({ identity }) => isPerson(identity))?.identity;
  return links.length === 0 ? undefined : present<Chain>({ links, person });
}

async function newest(history: History, key: string): Promise<Found | undefined> {
  const [event] = await history.events([{ AttributeKey: 'AccessKeyId', AttributeValue: key }], {}, 1);
  return event;
}

/** Calls whose answer holds a new key. */
const ISSUING = [
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
  'CreateAccessKey',
  'GetFederationToken',
  'GetSessionToken',
];

/** Of the copies for several accounts the one that names the caller. */
async function issuingOf(history: History, key: string): Promise<Found | undefined> {
  const attributes = [
    { AttributeKey: 'ResourceName', AttributeValue: key },
    ...ISSUING.map((name) => ({ AttributeKey: 'EventName', AttributeValue: name })),
  ];
  const events = (await history.events(attributes, {}, 50)).filter((event) => givenKey(event) === key);
  return (
    events.find(({ record }) => object(record['userIdentity'])['accessKeyId'] !== undefined) ?? events[0]
  );
}

function givenKey({ record }: Found): string | undefined {
  const elements = object(record['responseElements']);
  return (
    text(object(elements['credentials'])['accessKeyId']) ?? text(object(elements['accessKey'])['accessKeyId'])
  );
}

/** Whose key it is, out of the answer that gave it: where it was never used. */
function issuedTo({ name, record }: Found, accessKeyId: string): Identity {
  const elements = object(record['responseElements']);
  const parameters = object(record['requestParameters']);
  const caller = object(record['userIdentity']);
  const accountId = text(record['recipientAccountId']);
  const role = object(elements['assumedRoleUser']);
  const arn = text(role['arn']) ?? text(object(elements['federatedUser'])['arn']);
  if (name === 'CreateAccessKey') {
    const userName = text(object(elements['accessKey'])['userName']) ?? text(parameters['userName']);
    return present<Identity>({ type: 'IAMUser', userName, accountId, accessKeyId });
  }
  if (name === 'GetSessionToken')
    return { ...identityOf({ name, record, time: 0, source: '' }), accessKeyId };
  return present<Identity>({
    type: name === 'GetFederationToken' ? 'FederatedUser' : 'AssumedRole',
    arn,
    accountId: arn?.split(':', 5)[4] ?? accountId,
    principalId: text(role['assumedRoleId']) ?? text(caller['principalId']),
    role: text(parameters['roleArn']),
    session: sessionName(arn),
    accessKeyId,
  });
}

/** Seconds between a console session's own beginning and the record of its sign-in, at most. */
const NEAR = 60;

/** Sign-ins hand out no key that a record shows: it is the one of the same person at the time the session began. */
async function signInOf(
  history: History,
  { fromConsole, sessionStarted, arn }: Identity,
): Promise<Found | undefined> {
  const began = Date.parse(sessionStarted ?? '') / 1000;
  if (fromConsole !== true || arn === undefined || Number.isNaN(began)) return undefined;
  const attributes = [
    { AttributeKey: 'EventName', AttributeValue: 'ConsoleLogin' },
    { AttributeKey: 'UserArn', AttributeValue: arn },
  ];
  const events = await history.events(attributes, { start: began - NEAR, end: began + NEAR }, 50);
  const away = ({ time }: Found) => Math.abs(time - began);
  return [...events]
    .filter(({ record }) => object(record['responseElements'])['ConsoleLogin'] === 'Success')
    .sort((a, b) => away(a) - away(b))[0];
}

function issuingFrom({ name, record }: Found): Issuing {
  return present<Issuing>({
    eventName: name,
    eventTime: text(record['eventTime']) ?? '',
    eventId: text(record['eventID']) ?? '',
    sourceIp: text(record['sourceIPAddress']),
    userAgent: text(record['userAgent']),
  });
}
