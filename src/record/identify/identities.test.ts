import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { beforeAll, describe, expect, it } from 'vitest';

import { createModels } from '../../aws/models/index.ts';
import type { CallerIdentity, CapturedCall } from '../../capture/captured-call.ts';
import type { EventRecord } from '../event-record.ts';
import { createRecorder } from '../recorder.ts';
import { parseRecords } from '../slice-records.ts';
import { createForeignNames } from './foreign.ts';

const HOME = '111111111111';
const OTHER = '222222222222';
const AT = Date.UTC(2026, 10, 21, 0, 40, 16);

const ann: CallerIdentity = {
  type: 'IAMUser',
  principalId: 'AIDAANN',
  arn: `arn:aws:iam::${HOME}:user/ann`,
  accountId: HOME,
  accessKeyId: 'AKIAANN',
  userName: 'ann',
};
const root: CallerIdentity = {
  type: 'Root',
  principalId: HOME,
  arn: `arn:aws:iam::${HOME}:root`,
  accountId: HOME,
  accessKeyId: 'AKIAROOT',
};

const known = new Map<string, CallerIdentity>([
  ['AKIAANN', ann],
  ['AKIAROOT', root],
]);
const recorder = createRecorder({
  models: createModels(),
  identities: {
    identify: (key) => known.get(key),
    learnKey: (key, identity) => void known.set(key, identity),
    learnPrincipal: () => undefined,
    principal: () => undefined,
    foreign: createForeignNames({ acme$ann: `arn:aws:iam::${OTHER}:user/ann` }).arnOf,
  },
  defaultAccount: HOME,
});

type Call = {
  readonly operation: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly answer?: string;
  readonly key?: string | undefined;
  readonly status?: number;
  readonly service?: string;
  readonly caller?: CallerIdentity;
  readonly servedBy?: CapturedCall['servedBy'];
};

let count = 0;
function captured({
  operation,
  parameters = {},
  answer = '',
  key,
  status = 200,
  service = 'sts',
  caller,
  servedBy = 'upstream',
}: Call): CapturedCall {
  const body = Buffer.from(new URLSearchParams({ Action: operation, ...parameters }).toString());
  const document = answer.startsWith('<?')
    ? answer
    : `<${operation}Response><${operation}Result>${answer}</${operation}Result></${operation}Response>`;
  const response = Buffer.from(document);
  return {
    eventId: `cc6a1c4d-9c6a-4b13-a7f5-${String(++count).padStart(12, '0')}`,
    startedAt: AT,
    completedAt: AT,
    named: {
      service,
      eventSource: `${service}.amazonaws.com`,
      operation,
      protocol: service === 's3' ? 'rest-xml' : 'query',
      region: 'us-east-1',
      accessKeyId: key,
      sessionToken: undefined,
      auth: key === undefined ? 'none' : 'header',
      evidence: 'test',
    },
    sourceIp: '10.0.0.1',
    tls: undefined,
    request: {
      method: service === 's3' ? 'GET' : 'POST',
      path: '/',
      query: '',
      headers: {},
      body,
      bodyBytes: body.length,
    },
    response: { status, headers: {}, body: response, bodyBytes: response.length },
    outcome: status === 200 ? 'allowed' : 'failed',
    servedBy,
    caller,
    failure: undefined,
  };
}

type Identity = Record<string, unknown>;
type Recorded = Record<string, unknown> & { userIdentity: Identity };
const parse = (event: EventRecord) => JSON.parse(Buffer.from(event.raw).toString('utf8')) as Recorded;
const record = async (call: Call) => recorder.build(captured(call));
const identity = async (call: Call) => parse(await record(call)).userIdentity;
const refusal = (code: string) =>
  `<?xml version="1.0"?><ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

const credentials = (key: string) =>
  `<Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>secret-value</SecretAccessKey><SessionToken>secret-value</SessionToken><Expiration>2026-11-21T01:40:16Z</Expiration></Credentials>`;
const session = (account: string, role: string) =>
  `<AssumedRoleUser><AssumedRoleId>AROA${role}:s</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/${role}/s</Arn></AssumedRoleUser>`;
const assume = (account: string, key: string): Call => ({
  operation: 'AssumeRole',
  parameters: { RoleArn: `arn:aws:iam::${account}:role/ops`, RoleSessionName: 's' },
  answer: credentials(key) + session(account, 'ops'),
  key: 'AKIAANN',
});
const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const web: Call = {
  operation: 'AssumeRoleWithWebIdentity',
  parameters: {
    RoleArn: `arn:aws:iam::${OTHER}:role/pod`,
    RoleSessionName: 's',
    WebIdentityToken: jwt({
      iss: 'https://oidc.example.com/id/1',
      sub: 'system:sa:ns:app',
      aud: ['sts.amazonaws.com'],
    }),
  },
  answer: credentials('ASIAWEB') + session(OTHER, 'pod'),
};
const saml: Call = {
  operation: 'AssumeRoleWithSAML',
  parameters: {
    RoleArn: `arn:aws:iam::${HOME}:role/sso`,
    PrincipalArn: `arn:aws:iam::${HOME}:saml-provider/idp`,
    SAMLAssertion: 'c2VjcmV0LXZhbHVl',
  },
  answer: `${credentials('ASIASAML')}${session(HOME, 'sso')}<Subject>joe@example.com</Subject><NameQualifier>hash=</NameQualifier>`,
};
const whoAmI = (key?: string): Call => ({ operation: 'GetCallerIdentity', key });

/** Each type that can occur, as a call by such a caller records it. */
const made: Record<string, Identity> = {};

beforeAll(async () => {
  await recorder.warm(['sts', 'iam', 's3']);
  await record(assume(HOME, 'ASIAROLE'));
  await record({
    operation: 'GetFederationToken',
    parameters: { Name: 'guest' },
    key: 'AKIAANN',
    answer: `${credentials('ASIAFED')}<FederatedUser><FederatedUserId>${HOME}:guest</FederatedUserId><Arn>arn:aws:sts::${HOME}:federated-user/guest</Arn></FederatedUser>`,
  });
  await record({
    operation: 'GetSessionToken',
    parameters: { SerialNumber: 'mfa', TokenCode: '123456' },
    key: 'AKIAANN',
    answer: credentials('ASIAMFA'),
  });
  made['WebIdentityUser'] = await identity(web);
  made['SAMLUser'] = await identity(saml);
  made['Root'] = await identity(whoAmI('AKIAROOT'));
  made['IAMUser'] = await identity(whoAmI('AKIAANN'));
  made['IAMUser session'] = await identity(whoAmI('ASIAMFA'));
  made['AssumedRole'] = await identity(whoAmI('ASIAROLE'));
  made['AssumedRole web'] = await identity(whoAmI('ASIAWEB'));
  made['FederatedUser'] = await identity(whoAmI('ASIAFED'));
  made['AWSAccount'] = parse((await record(assume(OTHER, 'ASIAOTHER'))).copies![0]!).userIdentity;
  made['AWSService'] = await identity({
    ...whoAmI(),
    caller: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
  });
  made['Unknown'] = await identity(whoAmI('AKIANOBODY'));
  made['anonymous'] = await identity({ operation: 'GetObject', service: 's3' });
});

describe('callers with a token of an identity provider', () => {
  it('are named by what the service made of the token, in the role’s account', async () => {
    const provider = `arn:aws:iam::${OTHER}:oidc-provider/oidc.example.com/id/1`;
    expect(made['WebIdentityUser']).toEqual({
      type: 'WebIdentityUser',
      principalId: `${provider}:sts.amazonaws.com:system:sa:ns:app`,
      userName: 'system:sa:ns:app',
      identityProvider: provider,
    });
    expect(made['AssumedRole web']?.['sessionContext']).toMatchObject({
      webIdFederationData: { federatedProvider: provider, attributes: {} },
    });
    const event = await record(web);
    expect(parse(event)).toMatchObject({ recipientAccountId: OTHER });
    expect(event).toMatchObject({ columns: { username: 'system:sa:ns:app' } });
    expect(event).not.toHaveProperty('copies');
    expect(made['SAMLUser']).toEqual({
      type: 'SAMLUser',
      principalId: 'hash=:joe@example.com',
      userName: 'joe@example.com',
      identityProvider: 'hash=',
    });
  });

  it('are known when a role refuses them, and unknown when the token itself is refused', async () => {
    const denied = { ...web, status: 403, answer: refusal('AccessDenied') };
    expect(await identity(denied)).toEqual(made['WebIdentityUser']);
    for (const servedBy of ['opentrail', 'nobody'] as const)
      expect(await identity({ ...denied, servedBy })).toMatchObject({ type: 'Unknown' });
    for (const code of ['InvalidIdentityToken', 'ExpiredTokenException', 'IDPRejectedClaim'])
      expect(await identity({ ...web, status: 400, answer: refusal(code) })).toEqual({
        type: 'Unknown',
        accountId: OTHER,
      });
    expect(await identity({ ...saml, status: 403, answer: refusal('AccessDenied') })).toMatchObject({
      type: 'Unknown',
    });
  });

  it.each(['', 'a.b', `a.${'x'.repeat(30_000)}.c`, 'a.bnVsbA.c', jwt({ iss: 7, sub: {} })])(
    'are unknown when nothing can be read of the token: %#',
    async (token) => {
      const parameters = { ...web.parameters, WebIdentityToken: token };
      expect(await identity({ ...web, parameters })).toMatchObject({ type: 'Unknown' });
    },
  );
});

describe('a call on another account’s role', () => {
  it('is recorded in both accounts, with the full name at home only, tied by sharedEventID', async () => {
    const event = await record(assume(OTHER, 'ASIACROSS'));
    const home = parse(event);
    const [copy, ...more] = (event.copies ?? []).map(parse);
    expect(more).toEqual([]);
    expect(home).toMatchObject({ userIdentity: ann, recipientAccountId: HOME });
    expect(copy).toMatchObject({
      userIdentity: { type: 'AWSAccount', principalId: 'AIDAANN', accountId: HOME },
      recipientAccountId: OTHER,
      sharedEventID: home['sharedEventID'],
      requestParameters: home['requestParameters'],
      responseElements: home['responseElements'],
    });
    expect(Object.keys(copy!['userIdentity'])).toEqual(['type', 'principalId', 'accountId']);
    expect(home['sharedEventID']).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(new Set([home['eventID'], copy!['eventID'], home['sharedEventID']]).size).toBe(3);
    expect(event.copies?.[0]?.columns).toMatchObject({ account: OTHER, userArn: '', accessKey: '' });
    expect(Object.keys(copy!)).toEqual(Object.keys(home));
  });

  it('is nobody else’s business when it fails, or when the role is at home', async () => {
    const denied = await record({ ...assume(OTHER, 'ASIANO'), status: 403, answer: refusal('AccessDenied') });
    expect(denied).not.toHaveProperty('copies');
    expect(parse(denied)).not.toHaveProperty('sharedEventID');
    expect(await record(assume(HOME, 'ASIAHOME'))).not.toHaveProperty('copies');
  });

  it('does not tell whose account it was when nobody knows', async () => {
    const event = await record({ ...assume(OTHER, 'ASIAWHO'), key: 'AKIANOBODY' });
    expect(parse(event.copies![0]!).userIdentity).toEqual({ type: 'Unknown' });
  });
});

describe('an unknown caller', () => {
  it('is known from the very answer that tells who he is', async () => {
    const told = await identity({
      ...whoAmI('AKIANEW'),
      answer: `<Arn>arn:aws:iam::${HOME}:user/eve</Arn><UserId>AIDAEVE</UserId><Account>${HOME}</Account>`,
    });
    expect(told).toMatchObject({ type: 'IAMUser', userName: 'eve', accessKeyId: 'AKIANEW' });
    const listed = await identity({
      operation: 'ListBuckets',
      service: 's3',
      key: 'CEPHKEY',
      answer:
        '<?xml version="1.0"?><ListAllMyBucketsResult><Owner><ID>acme$ann</ID></Owner></ListAllMyBucketsResult>',
    });
    expect(listed).toMatchObject({
      arn: `arn:aws:iam::${OTHER}:user/ann`,
      principalId: 'acme$ann',
      accessKeyId: 'CEPHKEY',
    });
  });
});

const FOLDERS = ['invictus', 'boogy-log-parser', 'traildiscover'].map(
  (name) => `../shared/vectors/records/${name}`,
);
const missing = FOLDERS.some((folder) => !existsSync(folder));

describe.skipIf(missing)(
  `identities beside those of real records${missing ? ' (no vectors here)' : ''}`,
  () => {
    /** Paths of members by type, and which stands before which in one object; key order of records sorted by name tells nothing. */
    const members = new Map<string, Set<string>>();
    const before = new Set<string>();

    beforeAll(() => {
      for (const file of FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.{gz,json,ndjson}`))) {
        const bytes = readFileSync(file);
        for (const one of parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)) {
          const found = 'record' in one ? (one.record['userIdentity'] as Identity | undefined) : undefined;
          if (typeof found?.['type'] === 'string') note(found);
        }
      }
    });

    function note(found: Identity) {
      const type = String(found['type']);
      const paths = members.get(type) ?? new Set();
      members.set(type, paths);
      for (const path of pathsOf(found)) paths.add(path);
      if (Object.keys(found)[0] === 'type') pairsOf(found).forEach((pair) => before.add(pair));
    }

    /** Those of which the folders have none are held to the user guide alone. */
    const DOCUMENTED = new Set(['Root', 'SAMLUser', 'FederatedUser']);

    it('have no members that real ones of their type lack', () => {
      const real = Object.entries(made).filter(([, { type }]) => !DOCUMENTED.has(String(type)));
      expect(new Set(real.map(([, { type }]) => type)).size).toBe(6);
      for (const [name, one] of real) {
        const paths = members.get(String(one['type'])) ?? new Set();
        expect([name, pathsOf(one).filter((path) => !paths.has(path))]).toEqual([name, []]);
      }
    });

    it('have their members in the order of real ones', () => {
      expect(before.size).toBeGreaterThan(30);
      for (const [name, one] of Object.entries(made)) {
        const turned = pairsOf(one).filter((pair) => {
          const [path, first, second] = pair.split(' ');
          return before.has(`${path} ${second} ${first}`) && !before.has(pair);
        });
        expect([name, turned]).toEqual([name, []]);
      }
    });

    const isObject = (value: unknown): value is Identity => typeof value === 'object' && value !== null;

    function pathsOf(one: Identity, at = ''): string[] {
      return Object.entries(one).flatMap(([key, value]) => [
        `${at}.${key}:${typeof value}`,
        ...(isObject(value) ? pathsOf(value, `${at}.${key}`) : []),
      ]);
    }

    function pairsOf(one: Identity, at = '.'): string[] {
      const keys = Object.keys(one);
      return keys.flatMap((key, index) => [
        ...keys.slice(index + 1).map((later) => `${at} ${key} ${later}`),
        ...(isObject(one[key]) ? pairsOf(one[key], `${at}${key}.`) : []),
      ]);
    }
  },
);
