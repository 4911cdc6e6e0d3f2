import { describe, expect, it } from 'vitest';

import { createSessionStore, type Session } from './session.ts';

const session: Session = {
  credentials: { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' },
  expiration: 2000,
  accountId: '1',
  region: 'us-east-1',
  userArn: 'arn',
  userName: 'alice',
};

describe('the session', () => {
  it('is there after a reload, until it expires', () => {
    const storage = memoryStorage();
    createSessionStore(storage, () => 1000).start(session);
    expect(createSessionStore(storage, () => 1999).get().session).toEqual(session);
    expect(createSessionStore(storage, () => 2000).get().session).toBeUndefined();
  });

  it('leaves nothing behind when it ends, and says why', () => {
    const storage = memoryStorage();
    const store = createSessionStore(storage, () => 1000);
    store.start(session);
    store.end('expired');
    expect(store.get()).toEqual({ session: undefined, ended: 'expired' });
    expect(storage.size()).toBe(0);
  });

  it('begins without one when what is stored is broken', () => {
    const storage = memoryStorage();
    storage.setItem('opentrail.session', '{"expiration":');
    expect(createSessionStore(storage, () => 1).get().session).toBeUndefined();
  });
});

function memoryStorage() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
    size: () => items.size,
  };
}
