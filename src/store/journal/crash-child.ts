import { writeSync } from 'node:fs';

import { input, openTestJournal } from './test-kit.ts';

/** Run by crash.test.ts: appends from many callers for ever, and prints each id once its append was answered. */
const [dir = '', sync = 'group'] = process.argv.slice(2);
const journal = await openTestJournal(dir, {
  sync: sync === 'always' ? 'always' : 'group',
  segmentBytes: 512 * 1024,
  packAfter: 50,
});

async function caller(): Promise<void> {
  for (let i = 0; ; i++) {
    const some = Array.from({ length: 1 + (i % 3) }, () => input('x'.repeat(100 + ((i * 37) % 900))));
    const { firstSeq } = await journal.append(some);
    writeSync(1, some.map(({ id }, at) => `${firstSeq + at} ${id}\n`).join(''));
  }
}

await Promise.all(Array.from({ length: 16 }, caller));
