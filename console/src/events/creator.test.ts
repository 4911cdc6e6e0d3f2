import { describe, expect, it } from 'vitest';

import { fromRecord } from './trail-event.ts';
import { findChain } from './creator.ts';

const AT = '2026-01-02T03:04:05Z';

describe('findChain', () => {
  it('goes back role by role to the key that nobody was seen to make', async () => {
    const { chain, asked } = await chainOf(signedWith('ASIAROLE'), [
      assumeRole('ASIAROLE', { by: 'AKIAALICE', id: 'second' }),
      { ...made('CreateAccessKey', 'AKIAROOT', 'third'), responseElements: key('AKIAALICE') },
    ]);
    expect(chain.creations.map(({ event, by }) => [event.id, by])).toEqual([
      ['second', 'key'],
      ['third', 'key'],
    ]);
    expect(chain.unseen).toBe('AKIAROOT');
    expect(asked).toEqual(['ASIAROLE', 'AKIAALICE', 'AKIAROOT']);
  });

  it('is not taken in by calls that only name the key', async () => {
    const { chain } = await chainOf(signedWith('AKIAALICE'), [
      { ...made('CreateAccessKey', 'AKIAROOT', 'other'), requestParameters: { accessKeyId: 'AKIAALICE' } },
    ]);
    expect(chain).toEqual({ creations: [], unseen: 'AKIAALICE', more: false });
  });

  it('finds a console session by who signed in when it began', async () => {
    const session = {
      ...signedWith('ASIACONSOLE'),
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::1:user/alice',
        accessKeyId: 'ASIACONSOLE',
        sessionContext: { attributes: { creationDate: AT } },
      },
    };
    const login = (id: string, arn: string, outcome: string) => ({
      eventID: id,
      eventName: 'ConsoleLogin',
      eventTime: AT,
      userIdentity: { type: 'IAMUser', arn },
      responseElements: { ConsoleLogin: outcome },
    });
    const { chain } = await chainOf(session, [
      login('bob', 'arn:aws:iam::1:user/bob', 'Success'),
      login('failed', 'arn:aws:iam::1:user/alice', 'Failure'),
      login('alice', 'arn:aws:iam::1:user/alice', 'Success'),
    ]);
    expect(chain.creations.map(({ event, by }) => [event.id, by])).toEqual([['alice', 'time']]);
    expect(chain.unseen).toBe('');
  });

  it('comes to an end where records name each other in a circle', async () => {
    const { chain } = await chainOf(signedWith('ASIAA'), [
      assumeRole('ASIAA', { by: 'ASIAB', id: 'a' }),
      assumeRole('ASIAB', { by: 'ASIAA', id: 'b' }),
    ]);
    expect(chain.creations.map(({ event }) => event.id)).toEqual(['a', 'b']);
  });

  it('stops after five links, and says that there are more', async () => {
    const roles = Array.from({ length: 8 }, (_, i) =>
      assumeRole(`ASIA${i}`, { by: `ASIA${i + 1}`, id: `r${i}` }),
    );
    const { chain } = await chainOf(signedWith('ASIA0'), roles);
    expect(chain.creations).toHaveLength(5);
    expect([chain.unseen, chain.more]).toEqual(['', true]);
  });

  it('asks nothing where there is no key', async () => {
    const { chain, asked } = await chainOf({ ...signedWith(''), eventName: 'ConsoleLogin' }, []);
    expect(chain).toEqual({ creations: [], unseen: '', more: false });
    expect(asked).toEqual([]);
  });
});

type Asked = { LookupAttributes: { AttributeKey: string; AttributeValue: string }[] };

/** A history that finds records by the text of the key, as the resources index would. */
async function chainOf(record: object, history: readonly object[]) {
  const asked: string[] = [];
  const api = {
    cloudtrail: (_operation: string, input: object) => {
      const { LookupAttributes } = input as Asked;
      const key = LookupAttributes.find(({ AttributeKey }) => AttributeKey === 'ResourceName');
      if (key) asked.push(key.AttributeValue);
      const texts = history.map((one) => JSON.stringify(one));
      const found = texts.filter((text) => key === undefined || text.includes(key.AttributeValue));
      return Promise.resolve({ Events: found.map((CloudTrailEvent) => ({ CloudTrailEvent })) });
    },
  };
  const chain = await findChain(api, fromRecord(JSON.stringify(record)), { everywhere: true });
  return { chain, asked };
}

function signedWith(accessKeyId: string) {
  return made('DeleteBucket', accessKeyId, 'first');
}

function made(eventName: string, accessKeyId: string, eventID: string) {
  return { eventID, eventName, eventTime: AT, userIdentity: { type: 'IAMUser', accessKeyId } };
}

function assumeRole(given: string, { by, id }: { readonly by: string; readonly id: string }) {
  return { ...made('AssumeRole', by, id), responseElements: { credentials: { accessKeyId: given } } };
}

function key(accessKeyId: string) {
  return { accessKey: { accessKeyId } };
}
