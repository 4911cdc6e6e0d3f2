import { describe, expect, it } from 'vitest';

import { chainOf } from './chain.ts';
import type { Found, History } from './history.ts';

type Json = Record<string, unknown>;

const AT = Date.UTC(2026, 10, 21, 8) / 1000;
const ACCOUNT = '123456789012';

const user = (name: string, accessKeyId?: string): Json => ({
  type: 'IAMUser',
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  accountId: ACCOUNT,
  userName: name,
  ...(accessKeyId === undefined ? {} : { accessKeyId }),
});
const session = (role: string, accessKeyId: string, rest: Json = {}): Json => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/s`,
  accountId: ACCOUNT,
  accessKeyId,
  sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/${role}` }, ...rest },
});

let count = 0;
function event(
  name: string,
  userIdentity: Json,
  responseElements: Json | null = null,
  rest: Json = {},
): Found {
  const record = {
    eventID: `e${++count}`,
    eventTime: '2026-11-21T08:00:00Z',
    eventName: name,
    userIdentity,
    responseElements,
  };
  return { time: AT, name, source: 'x.amazonaws.com', record: { ...record, ...rest } };
}
const gives = (accessKeyId: string, more: Json = {}): Json => ({ credentials: { accessKeyId }, ...more });
const assume = (accessKeyId: string, by: Json) =>
  event(
    'AssumeRole',
    by,
    gives(accessKeyId, { assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s` } }),
  );

/** A history of these events that answers what a chain asks. */
function history(...events: readonly Found[]): History {
  return {
    events: (attributes, { start = 0, end = Infinity }) => {
      const wanted = (key: string) =>
        attributes
          .filter(({ AttributeKey }) => AttributeKey === key)
          .map(({ AttributeValue }) => AttributeValue);
      const matches = ({ name, time, record }: Found) => {
        const identity = record['userIdentity'] as Json;
        const own: [string, (value: string) => boolean][] = [
          ['EventName', (value) => value === name],
          ['AccessKeyId', (value) => value === identity['accessKeyId']],
          ['UserArn', (value) => value === identity['arn']],
          ['ResourceName', (value) => JSON.stringify(record['responseElements']).includes(`"${value}"`)],
        ];
        return (
          time >= start &&
          time <= end &&
          own.every(([key, is]) => wanted(key).length === 0 || wanted(key).some(is))
        );
      };
      return Promise.resolve(events.filter(matches));
    },
    histogram: () => expect.fail('chains need no histogram'),
    values: () => expect.fail('chains need no values'),
    narrowed: () => false,
  };
}

const types = (chain: Awaited<ReturnType<typeof chainOf>>) =>
  chain?.links.map(({ identity, issuedBy }) => [identity.type, issuedBy?.eventName]);

describe('the chain behind a key', () => {
  it('ends with the person whose token was taken for a session', async () => {
    const person = { type: 'WebIdentityUser', userName: 'joe', identityProvider: 'accounts.google.com' };
    const chain = await chainOf(
      history(
        event('X', session('web', 'ASIA1')),
        event('AssumeRoleWithWebIdentity', person, gives('ASIA1')),
      ),
      'ASIA1',
    );
    expect(types(chain)).toEqual([
      ['AssumedRole', 'AssumeRoleWithWebIdentity'],
      ['WebIdentityUser', undefined],
    ]);
    expect(chain?.person).toMatchObject({ userName: 'joe' });
  });

  it('ends with the service that took a role, which is no person', async () => {
    const service = { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' };
    const chain = await chainOf(
      history(event('X', session('vm', 'ASIA1')), assume('ASIA1', service)),
      'ASIA1',
    );
    expect(types(chain)).toEqual([
      ['AssumedRole', 'AssumeRole'],
      ['AWSService', undefined],
    ]);
    expect(chain).not.toHaveProperty('person');
  });

  it('goes on by the copy that names the caller’s key, whichever is found first', async () => {
    const outside = { type: 'AWSAccount', principalId: 'AIDAANN', accountId: '999999999999' };
    const chain = await chainOf(
      history(
        event('X', session('r', 'ASIA1')),
        assume('ASIA1', outside),
        assume('ASIA1', user('ann', 'AKIAANN')),
      ),
      'ASIA1',
    );
    expect(chain?.links[1]?.identity).toMatchObject({ userName: 'ann', accessKeyId: 'AKIAANN' });
    const narrow = await chainOf(
      history(event('X', session('r', 'ASIA1')), assume('ASIA1', outside)),
      'ASIA1',
    );
    expect(types(narrow)).toEqual([
      ['AssumedRole', 'AssumeRole'],
      ['AWSAccount', undefined],
    ]);
  });

  it('finds the sign-in of a console session, and no failed or later one', async () => {
    const attributes = { attributes: { creationDate: '2026-11-21T08:00:00Z', mfaAuthenticated: 'true' } };
    const used = event('X', { ...user('ann', 'ASIA1'), sessionContext: attributes }, null, {
      sessionCredentialFromConsole: 'true',
    });
    const login = (result: string, time: number, eventID: string): Found => ({
      ...event('ConsoleLogin', user('ann'), { ConsoleLogin: result }, { eventID }),
      time,
    });
    const chain = await chainOf(
      history(
        used,
        login('Failure', AT, 'failed'),
        login('Success', AT + 30, 'later'),
        login('Success', AT - 1, 'right'),
      ),
      'ASIA1',
    );
    expect(chain?.links).toMatchObject([
      { identity: { mfa: true }, issuedBy: { eventName: 'ConsoleLogin', eventId: 'right' } },
    ]);
    const other = await chainOf(history(used, login('Success', AT + 3600, 'another day')), 'ASIA1');
    expect(other?.links[0]).not.toHaveProperty('issuedBy');
  });

  it('tells who a key is for that was given out and never used', async () => {
    const federated = { federatedUser: { arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest` } };
    const chain = await chainOf(
      history(event('GetFederationToken', user('ann', 'AKIAANN'), gives('ASIA1', federated))),
      'ASIA1',
    );
    expect(types(chain)).toEqual([
      ['FederatedUser', 'GetFederationToken'],
      ['IAMUser', undefined],
    ]);
    const own = await chainOf(
      history(event('GetSessionToken', user('ann', 'AKIAANN'), gives('ASIA2'))),
      'ASIA2',
    );
    expect(own?.links[0]?.identity).toMatchObject({ type: 'IAMUser', userName: 'ann', accessKeyId: 'ASIA2' });
  });

  it('comes to an end where keys go round in a circle, or on for ever', async () => {
    const circle = history(assume('ASIA1', session('r', 'ASIA2')), assume('ASIA2', session('r', 'ASIA1')));
    expect((await chainOf(circle, 'ASIA1'))?.links).toHaveLength(2);
    const endless = Array.from({ length: 80 }, (_, n) => assume(`ASIA-${n}`, session('r', `ASIA-${n + 1}`)));
    expect((await chainOf(history(...endless), 'ASIA-0'))?.links).toHaveLength(50);
  });

  it('is not taken from an answer that only speaks of the key, and is none where nothing is known', async () => {
    const talk = event('CreateAccessKey', user('eve', 'AKIAEVE'), {
      accessKey: { accessKeyId: 'AKIA2' },
      note: 'AKIA1',
    });
    expect(await chainOf(history(talk), 'AKIA1')).toBeUndefined();
  });
});
