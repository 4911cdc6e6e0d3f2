import { shellQuote } from '../parts/shell-quote.ts';
import { isFromAnswer, type Input, type PlannedCall } from './planned-call.ts';

/** Where `aws` has another name for the service than its signatures. */
const COMMANDS: Readonly<Record<string, string>> = { s3: 's3api', monitoring: 'cloudwatch' };
/** One for all regions. */
const GLOBAL: ReadonlySet<string> = new Set(['iam', 'organizations']);

/**
 * The AWS CLI's command for a call, for sh: run as it stands it does the same. What a later command needs of its answer goes into a
 * variable of the shell.
 */
export function cliCommand({ service, operation, input, answers }: PlannedCall, region: string): string {
  const words = [
    `aws ${COMMANDS[service] ?? service} ${kebab(operation)}`,
    ...(needsJson(input) ? [`--cli-input-json ${shellQuote(JSON.stringify(input))}`] : optionsOf(input)),
    ...(GLOBAL.has(service) ? [] : [`--region ${shellQuote(region)}`]),
    ...(answers ? [`--query ${answers.path.join('.')} --output text`] : []),
  ];
  const command = words.join(' \\\n  ');
  return answers ? `${answers.variable}=$(${command})` : command;
}

/** The whole of a plan: stops at the first command that fails. */
export function cliScript(calls: readonly PlannedCall[], region: string): string {
  return calls.map((call) => cliCommand(call, region)).join(' &&\n');
}

/** The CLI reads texts that look like addresses from there, unless they are within JSON. */
function needsJson(input: Input): boolean {
  return Object.values(input).some(
    (value) => typeof value === 'string' && /^(fileb?|https?):\/\//.test(value),
  );
}

function optionsOf(input: Input): string[] {
  return Object.entries(input).map(([member, value]) => {
    const name = kebab(member);
    if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`;
    if (isFromAnswer(value)) return `--${name} "$${value.variable}"`;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    // What begins with a hyphen would be taken for an option.
    return `--${name}${text.startsWith('-') ? '=' : ' '}${shellQuote(text)}`;
  });
}

/** `S3KeyPrefix` → `s3-key-prefix`, `logGroupName` → `log-group-name`: as botocore does. */
export function kebab(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
