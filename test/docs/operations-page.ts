import { createModels } from '../../src/aws/models/index.ts';
import { NOTES } from './operation-notes.ts';
import { servedOperations } from './served-operations.ts';

/** Where the package has another name than the service. */
const PACKAGES: Readonly<Record<string, string>> = {
  events: 'eventbridge',
  logs: 'cloudwatch-logs',
  monitoring: 'cloudwatch',
};
const EMBEDDED = [
  'athena',
  'events',
  'logs',
  'monitoring',
  's3',
  'iam',
  'sts',
  'kms',
  'sns',
  'sqs',
  'lambda',
  'organizations',
];
/** Answered here for keys of Opentrail, also in front of an upstream. */
const IDENTITY: ReadonlySet<string> = new Set(['iam', 'sts']);

/** docs/operations.md as it follows from the installed models and the tables of the modules. */
export async function operationsPage(): Promise<string> {
  const served = await servedOperations();
  const cloudtrail = await operationsOf('cloudtrail');
  const rows = cloudtrail.map((name) =>
    served.has(`cloudtrail.${name}`)
      ? row('cloudtrail', name)
      : `| ${name} | not built | \`UnsupportedOperationException\` |`,
  );
  const sections = await Promise.all(EMBEDDED.map((service) => embeddedSection(service, served)));
  const count = rows.filter((line) => line.includes('| served |')).length;
  return `# Operations

What an AWS client may call. **served** is answered by Opentrail as AWS answers it, but for the difference that is noted. **not built** is answered
with the service's own error where it has one (\`UnsupportedOperationException\` of CloudTrail and EventBridge), else that of the protocol:
\`UnknownOperationException\` (JSON), \`InvalidAction\` (Query), \`NotImplemented\` with status 501 (S3). A parameter
that is not built is refused by its name, never accepted and forgotten. Every call is recorded, whatever becomes of it.

With an upstream, calls to other services pass through unchanged, whether Opentrail has a model of them or not. Without one, a service that
nobody serves is answered with \`NotImplemented\` (501) and the setting that would send it somewhere.

## cloudtrail

${count} of the ${cloudtrail.length} operations that the installed \`@aws-sdk/client-cloudtrail\` knows.

| operation | state | difference |
|---|---|---|
${rows.join('\n')}

## cloudtrail-data

| operation | state | difference |
|---|---|---|
${served.has('cloudtrail-data.PutAuditEvents') ? row('cloudtrail-data', 'PutAuditEvents') : '| PutAuditEvents | not built | |'}

${sections.join('\n\n')}

## Paths of our own

\`/_signin\`, \`/_stream\`, \`/_ingest/records\`, \`/_health\`, \`/_metrics\` \`/_console/\` and \`/_sns/\` stand in ARCHITECTURE.md.

This page is made from the modules' tables and the installed models: \`npm run docs\`.
`;
}

async function embeddedSection(service: string, served: ReadonlySet<string>): Promise<string> {
  const known = await operationsOf(service);
  const ours = known.filter((name) => served.has(`${service}.${name}`));
  return `## ${service}

Embedded, for one machine${IDENTITY.has(service) ? ' and for keys that Opentrail issued' : ''}; another one takes its place by \`OPENTRAIL_UPSTREAM_${service.toUpperCase()}\`. ${ours.length} operations; the other ${known.length - ours.length} of the installed \`@aws-sdk/client-${PACKAGES[service] ?? service}\` are not built.

| operation | state | difference |
|---|---|---|
${ours.map((name) => row(service, name)).join('\n')}`;
}

function row(service: string, name: string): string {
  return `| ${name} | served | ${NOTES[`${service}.${name}`] ?? ''} |`;
}

async function operationsOf(service: string): Promise<readonly string[]> {
  const model = await createModels().load(service);
  return [...(model?.operations.keys() ?? [])].sort();
}
