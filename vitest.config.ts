import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', testTimeout: 30_000, include: ['src/**/*.test.ts', 'test/cases/**/*.test.ts'], exclude: ['**/*.int.test.ts', '**/node_modules/**'] } },
      { test: { name: 'console', include: ['console/src/**/*.test.ts'] } },
      {
        test: {
          name: 'int',
          include: ['src/**/*.int.test.ts', 'test/{contract,conformance,flow,docs}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
