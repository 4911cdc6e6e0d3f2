import { isObject, textAt } from '../../events/record.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { markOf } from './marked-value.ts';

export type LeftOut = {
  /** `requestParameters.masterUserPassword`; empty where it is about the whole record. */
  readonly path: string;
  readonly what: string;
};

const PARTS = [
  'userIdentity',
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
] as const;
const MOST = 50;
const MOST_DEPTH = 60;
/** CloudTrail's limit for the texts of a record. */
const MOST_TEXT = 1024;

/** What is not in a record although the call had it, and why: marked values, cut texts, the recorder's own hints, and what no record ever holds. */
export function leftOutOf(event: TrailEvent): readonly LeftOut[] {
  const found: LeftOut[] = [];
  for (const part of PARTS) collect(found, part, event.record[part], 0);
  for (const field of ['userAgent', 'errorMessage'] as const) {
    if (wasCut(textAt(event.record, field))) found.push({ path: field, what: 'cut off after 1 KB' });
  }
  const unavailable = parametersUnavailable(event);
  if (unavailable) found.push({ path: 'requestParameters', what: `not recorded: ${unavailable}` });
  const outcome = outcomeHint(event);
  if (outcome) found.push({ path: 'responseElements', what: outcome });
  const never = NEVER.find(([source, name]) => event.source === source && name.test(event.name));
  if (never) found.push({ path: '', what: `${never[2]} is never recorded, as in AWS` });
  return found;
}

/** The recorder's word for it, where it could not read the parameters. */
export function parametersUnavailable(event: TrailEvent): string {
  return textAt(event.record, 'additionalEventData', 'requestParametersUnavailable');
}

function outcomeHint(event: TrailEvent): string {
  const outcome = textAt(event.record, 'additionalEventData', 'outcome');
  const reason = textAt(event.record, 'additionalEventData', 'reason');
  if (outcome === 'unknown')
    return `not known: the call went out, and nothing tells what became of it${reason && ` (${reason})`}`;
  return outcome === 'aborted' ? `not whole: ${reason || 'the call was broken off'}` : '';
}

function collect(found: LeftOut[], path: string, value: unknown, depth: number): void {
  if (found.length >= MOST || depth > MOST_DEPTH) return;
  const mark = markOf(value);
  if (mark) found.push({ path, what: mark.text });
  else if (Array.isArray(value))
    value.forEach((element, index) => collect(found, `${path}[${index}]`, element, depth + 1));
  else if (isObject(value))
    for (const key of Object.keys(value)) collect(found, `${path}.${key}`, value[key], depth + 1);
}

/** Cut at a whole character: up to three bytes may be missing to the full kilobyte. */
function wasCut(text: string): boolean {
  const bytes = new TextEncoder().encode(text).length;
  return bytes > MOST_TEXT - 4 && bytes <= MOST_TEXT;
}

/** Members that are left out without a mark. Sources: real records; the logging pages of the services. */
const NEVER: readonly (readonly [source: string, names: RegExp, what: string])[] = [
  ['iam.amazonaws.com', /^CreateAccessKey$/, 'The secret access key'],
  ['iam.amazonaws.com', /^(CreateLoginProfile|UpdateLoginProfile|ChangePassword)$/, 'The password'],
  ['sts.amazonaws.com', /^(AssumeRole|GetSessionToken|GetFederationToken)/, 'The secret access key'],
  ['secretsmanager.amazonaws.com', /^(CreateSecret|PutSecretValue|UpdateSecret)$/, 'The secret’s value'],
  [
    'kms.amazonaws.com',
    /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey.*|Sign|Verify|GenerateMac|VerifyMac)$/,
    'What was encrypted, decrypted, signed or verified',
  ],
  ['lambda.amazonaws.com', /^Invoke/, 'The payload'],
  ['lambda.amazonaws.com', /^(CreateFunction|UpdateFunctionCode)/, 'The function’s code'],
  ['cloudformation.amazonaws.com', /^(Create|Update)(Stack|ChangeSet)$/, 'The value of a stack’s parameter'],
];
