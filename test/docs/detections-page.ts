import type { Detection } from '../../src/use/detections/detection.ts';

/** docs/detections.md: what is looked for, and the API. `npm run docs` writes it. */
export function detectionsPage(pack: readonly Detection[]): string {
  const rows = pack.map(
    ({ id, title, severity, attack }) =>
      `| \`${id}\` | ${severity} | ${attack.map((one) => `[${one}](https://attack.mitre.org/techniques/${one.replace('.', '/')}/)`).join(' ')} | ${title} |`,
  );
  return `${HEAD}
## The pack

${pack.length} detections. \`opentrail detections show ID\` tells why each matters, what to do next, what else it may be, and how it is written.

| id | severity | ATT&CK | what |
|---|---|---|---|
${rows.join('\n')}
`;
}

const HEAD = `# Detections

Detections look for what an intruder does, in every record as it is stored. What they find is a *finding*: it is kept until somebody acknowledges it, put on
the account's default bus (source \`opentrail.detections\`, detail-type \`Opentrail Finding\`), and told to the account's topic of findings where there is one.

- None is enabled until somebody does it: \`opentrail detections install\`, or \`enable ID…\`. An account's detections see the records of that account; with
  \`--all\` (\`opentrail:AllAccounts\`) those of every account.
- Imported records and the demo's make findings only when asked: \`opentrail detections try all --since 90d --keep\`. Nobody is told of those.
- One event makes one finding. Of more than 20 of one detection about one caller within an hour the rest are added to the last; detections that count
  (\`within\`) add what follows in the same burst.
- Who disables detections is found by \`detections-disabled\`, itself included.
- Rules of Sigma for CloudTrail are imported as they are (\`opentrail detections import\`); what is not supported is refused by name.
- \`install\` also makes the metric filters and alarms of the CIS AWS Foundations Benchmark (3.1 to 3.14) on the log group of a trail.

## API

\`POST /_detections/NAME\`, signed for the service \`opentrail\`, JSON in and out. The IAM action is \`opentrail:NAME\`; \`"Scope": "all"\` is for all accounts and
needs \`opentrail:AllAccounts\` as well. Times in requests are seconds since 1970, in answers ISO 8601. Each call is recorded with its parameters.

| operation | in | out |
|---|---|---|
| ListDetections | | \`Detections[]\`: \`DetectionId\`, \`Title\`, \`Severity\`, \`Attack[]\`, \`Kind\` (PACK, SIGMA), \`Enabled\`, \`OpenFindings\` |
| GetDetection | \`DetectionId\` | \`Detection\`: also \`Why\`, \`Next[]\`, \`FalsePositives[]\`, \`References[]\`, \`Text\` |
| UpdateDetections | \`DetectionIds[]\` (\`all\` for all), \`Enabled\` | \`DetectionIds[]\` |
| ImportDetections | \`Rules[]\`: YAML of Sigma; \`Enabled\` (default true) | \`DetectionIds[]\` |
| DeleteDetection | \`DetectionId\`, of an imported one | |
| TestDetections | \`DetectionIds[]\` or \`Rules[]\`, \`StartTime\` (default: a week before), \`EndTime\`, \`MaxResults\`, \`KeepFindings\` | \`Findings[]\`, \`Counts[]\`, \`ScannedEvents\`; \`CompleteFrom\` where there were too many events (500,000) |
| ListFindings | \`Status\` (OPEN, ACKNOWLEDGED), \`DetectionId\`, \`Severity\`, \`StartTime\`, \`EndTime\`, \`MaxResults\` (1 to 1,000), \`NextToken\` | \`Findings[]\`, newest first; \`NextToken\` |
| GetFinding | \`FindingId\` | \`Finding\` |
| UpdateFindings | \`FindingIds[]\` (up to 100), \`Status\`, \`Note\` | |
| GetFindingsTopic | | \`TopicArn\`, \`LastAttemptTime\`, \`LastError\` |
| PutFindingsTopic | \`TopicArn\` ('' for none): its policy must let \`opentrail.amazonaws.com\` publish | \`TopicArn\` |

## How one is written

A file of the pack (\`src/use/detections/pack\`) has one or more steps, each an EventBridge pattern of the event as it is on the bus, under \`detail\` the
record. \`count\`, \`by\` (what the events have in common), \`distinct\` (what must differ) and \`within\` count events; several steps happen in their order. Beside
\`source\`, \`account\` and \`region\` patterns may ask for \`facts\`, which follow from the record:

| fact | is |
|---|---|
| \`actor\` | the user, or the role of a session; else key, service or address |
| \`otherUser\` | whether the request names another user than the caller |
| \`policy.everything\`, \`policy.everybody\` | whether a policy in the request allows every action on everything, or everybody something without a condition |
| \`policy.accounts\` | other accounts that a policy in the request lets in |
| \`trailNarrowed\` | whether the request leaves a trail without some management events |
| \`logBucket\` | whether it is about a bucket that a trail of this server writes to |
`;
