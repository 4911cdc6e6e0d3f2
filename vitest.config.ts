import { defineConfig } from 'vitest/config';

/** What they measure is time: nothing else may run beside them. */
const ALONE = ['test/conformance/silence.test.ts'];
/** Browsers, each with a server: two of them fill two processors. */
const BROWSERS = ['test/flow/console*.test.ts'];
/** What these put in place of a module, or keep in one, would be there for the next file too. */
const ISOLATED = ['src/store/journal/write-failure.test.ts', 'src/embedded/kms/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/cases/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: ['**/*.int.test.ts', ...ISOLATED, '**/node_modules/**'],
          testTimeout: 30_000,
          // Modules are loaded once for all files of a worker: loading took as long as testing. Many wait for timers, hence a third.
          isolate: false,
          maxWorkers: 3,
        },
      },
      { test: { name: 'unit-isolated', include: ISOLATED, testTimeout: 30_000, maxWorkers: 3 } },
      { test: { name: 'console', include: ['console/src/**/*.test.ts'], maxWorkers: 3 } },
      {
        // After the others, three files at a time: each starts servers of its own, and waits for them more than it computes.
        test: {
          name: 'int',
          include: ['src/**/*.int.test.ts', 'test/{contract,conformance,flow,docs}/**/*.test.ts'],
          exclude: [...ALONE, ...BROWSERS, '**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A server that is asked again until it answers so: a second is little where three files share the processors.
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'browser',
          include: BROWSERS,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'alone',
          include: ALONE,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
