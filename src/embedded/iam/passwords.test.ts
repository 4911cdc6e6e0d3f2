import { describe, expect, it } from 'vitest';

import { createPasswords } from './passwords.ts';

describe('passwords', () => {
  it('are kept as salted scrypt hashes with their cost', async () => {
    const passwords = createPasswords();
    const stored = await passwords.hash('Correct-horse-7');
    expect(stored).toMatch(/^scrypt\$15\$8\$1\$[\w+/]{22}==\$[\w+/]{43}=$/);
    expect(await passwords.verify('Correct-horse-7', stored)).toBe(true);
    expect(await passwords.verify('correct-horse-7', stored)).toBe(false);
    expect(await passwords.hash('Correct-horse-7')).not.toBe(stored);
  });

  it('hashed at another cost are still verified', async () => {
    const stored = await createPasswords({ log2N: 10 }).hash('ü');
    expect(await createPasswords().verify('u\u0308', stored)).toBe(true);
  });

  it('are refused, not waited for, when too many wait already', async () => {
    const passwords = createPasswords({ concurrency: 1, queue: 1, log2N: 10 });
    const answers = await Promise.all([1, 2, 3].map(() => passwords.verify('x', undefined)));
    expect(answers).toEqual([false, false, 'busy']);
  });
});
