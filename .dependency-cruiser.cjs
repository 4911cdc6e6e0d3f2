// The import rules of ARCHITECTURE.md, by pattern, so that a new feature needs no new line.
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const test = '\\.test\\.ts$';

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'no import cycles'),
    rule(
      'nobody-imports-the-root',
      { path: '^src/', pathNot: '^src/(main\\.ts$|cli/|app/|app\\.ts$)' },
      { path: '^src/app(\\.ts$|/)' },
      'only the command line starts the app',
    ),
    rule(
      'base-is-the-floor',
      { path: '^src/base/' },
      { path: '^src/(?!base/)' },
      'base knows nothing of ours',
    ),
    rule(
      'aws-knows-only-base',
      { path: '^src/aws/', pathNot: test },
      { path: '^src/(?!aws/|base/)' },
      'aws speaks the wire and nothing else',
    ),
    rule(
      'capture-comes-first',
      { path: '^src/capture/', pathNot: test },
      { path: '^src/(?!capture/|aws/|base/)' },
      'capture knows no later stage',
    ),
    rule(
      'record-sees-captured-calls',
      { path: '^src/record/', pathNot: test },
      { path: '^src/(?!record/|aws/|base/|capture/captured-call\\.ts)' },
      'record sees only the type of its input',
    ),
    rule(
      'store-sees-event-records',
      { path: '^src/store/', pathNot: test },
      { path: '^src/(?!store/|base/|record/event-record\\.ts)' },
      'store sees only the type of its input',
    ),
    rule(
      'use-sees-contracts',
      { path: '^src/use/', pathNot: test },
      {
        path: '^src/(?!use/|aws/|base/|record/event-record\\.ts|store/contract\\.ts|store/settings/(contract|create-table|tag-rows)\\.ts)',
      },
      'use reads the contracts of the store',
    ),
    rule(
      'features-are-siblings',
      { path: '^src/use/([^/]+)/' },
      { path: '^src/use/', pathNot: '^src/use/$1/' },
      'features never import each other',
    ),
    rule(
      'embedded-is-replaceable',
      { path: '^src/embedded/', pathNot: test },
      { path: '^src/(?!embedded/|aws/|base/|store/settings/(contract|create-table|tag-rows)\\.ts)' },
      'stand-ins know the wire and the settings',
    ),
    rule(
      'stand-ins-are-siblings',
      { path: '^src/embedded/([^/]+)/' },
      { path: '^src/embedded/', pathNot: '^src/embedded/$1/' },
      'stand-ins never import each other',
    ),
    rule(
      'api-joins-operations',
      { path: '^src/api/', pathNot: test },
      { path: '^src/(?!api/|aws/|base/|capture/captured-call\\.ts)' },
      'the endpoint is handed its operations',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: 'node_modules' },
  },
};
