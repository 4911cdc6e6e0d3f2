import { problemsOf, selectorsOf } from '../selectors/selectors-draft.ts';
import type { Lists } from '../../../choices/available.ts';
import type { Draft, DraftField } from './draft.ts';

export type Problems = { readonly [field in DraftField]?: string };

/** What AWS would refuse, by the field it concerns; empty when nothing. What is to be new must not be there yet. */
export function validate(draft: Draft, lists: Lists = {}): Problems {
  const taken = takenNames(draft, lists);
  const problems: Record<DraftField, string | undefined> = {
    name: nameProblem(draft.name),
    scope: undefined,
    bucket: bucketProblem(draft.bucket) ?? taken.bucket,
    prefix: prefixProblem(draft.prefix),
    kms: kmsProblem(draft) ?? taken.kms,
    topic: topicProblem(draft) ?? taken.topic,
    logGroup: logGroupProblem(draft) ?? taken.logGroup,
    role: roleProblem(draft) ?? taken.role,
    recursive: undefined,
    selectors: problemsOf(draft.selectors).slice(0, 4).join(' ') || undefined,
    aggregation: aggregationProblem(draft),
    tags: tagsProblem(draft.tags),
  };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined));
}

/** A policy put on what somebody else made would replace theirs, so a new thing is really new. */
function takenNames(draft: Draft, lists: Lists): Problems {
  const has = (kind: keyof Lists, name: string) => {
    const list = lists[kind];
    return list?.state === 'listed' && list.names.includes(name);
  };
  const taken = (what: string) => `There is ${what} already: choose “Existing” to use it.`;
  const { logsChoice } = draft;
  return {
    ...(draft.bucketChoice === 'new' && has('buckets', draft.bucket)
      ? { bucket: taken(`a bucket ${draft.bucket}`) }
      : {}),
    ...(draft.kmsChoice === 'new' && has('keys', `alias/${draft.kms}`)
      ? { kms: taken(`a key alias/${draft.kms}`) }
      : {}),
    ...(draft.topicChoice === 'new' && has('topics', draft.topic)
      ? { topic: taken(`a topic ${draft.topic}`) }
      : {}),
    ...(logsChoice === 'new' && has('logGroups', draft.logGroup)
      ? { logGroup: taken(`a log group ${draft.logGroup}`) }
      : {}),
    ...(logsChoice !== 'none' && draft.roleChoice === 'new' && has('roles', draft.role)
      ? { role: taken(`a role ${draft.role}`) }
      : {}),
  };
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Enter a name.';
  if (name.length < 3) return 'A trail’s name has at least 3 characters.';
  if (name.length > 128) return `A trail’s name has at most 128 characters, not ${name.length}.`;
  const odd = /[^A-Za-z0-9._-]/.exec(name)?.[0];
  if (odd !== undefined)
    return `${shown(odd)} cannot be part of a name: only letters, digits, periods, hyphens and underscores.`;
  if (!/^[A-Za-z0-9]/.test(name)) return 'A name begins with a letter or a digit.';
  if (!/[A-Za-z0-9]$/.test(name)) return 'A name ends with a letter or a digit.';
  if (/[._-]{2}/.test(name)) return 'Periods, hyphens and underscores cannot stand next to each other.';
  return IPV4.test(name) ? 'A name cannot look like an IP address.' : undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function bucketProblem(bucket: string): string | undefined {
  if (bucket === '') return 'Enter the name of a bucket.';
  if (bucket.length < 3 || bucket.length > 63)
    return `A bucket’s name has 3 to 63 characters, not ${bucket.length}.`;
  const odd = /[^a-z0-9.-]/.exec(bucket)?.[0];
  if (odd !== undefined)
    return `${shown(odd)} cannot be part of a bucket’s name: only lower-case letters, digits, periods and hyphens.`;
  if (!/^[a-z0-9].*[a-z0-9]$/.test(bucket))
    return 'A bucket’s name begins and ends with a letter or a digit.';
  if (/\.\.|\.-|-\./.test(bucket)) return 'A period cannot stand next to a period or a hyphen.';
  return IPV4.test(bucket) ? 'A bucket’s name cannot look like an IP address.' : undefined;
}

function prefixProblem(prefix: string): string | undefined {
  if (prefix.length > 200) return `A prefix has at most 200 characters, not ${prefix.length}.`;
  if (/[\u0000-\u001f\u007f]/.test(prefix)) return 'A prefix cannot have control characters.';
  if (prefix.split('/').includes('..')) return '“..” cannot be part of a prefix.';
  if (/^\/|\/$/.test(prefix)) return 'Leave out the slash at the beginning and the end: CloudTrail puts it.';
  return undefined;
}

const UUID = /^(mrk-)?[0-9a-f]{8}-?[0-9a-f-]{4,}$/i;
const KEY_ARN = /^arn:[\w-]+:kms:[\w-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+)$/;

function kmsProblem({ kmsChoice, kms }: Draft): string | undefined {
  if (kmsChoice === 'none') return undefined;
  if (kmsChoice === 'existing') {
    if (kms === '') return 'Choose a key.';
    return /^alias\/[\w/-]{1,250}$/.test(kms) || KEY_ARN.test(kms) || UUID.test(kms)
      ? undefined
      : 'Enter alias/name, the ARN of a key or of an alias, or a key’s ID.';
  }
  if (kms === '') return 'Enter an alias for the new key.';
  if (!/^[\w/-]{1,250}$/.test(kms))
    return 'An alias has letters, digits, slashes, hyphens and underscores only, at most 250.';
  return /^aws\//.test(kms) ? 'Aliases that begin with aws/ are AWS’s own.' : undefined;
}

function topicProblem({ topicChoice, topic }: Draft): string | undefined {
  if (topicChoice === 'none') return undefined;
  if (topic === '') return topicChoice === 'new' ? 'Enter a name for the new topic.' : 'Choose a topic.';
  if (topicChoice === 'existing' && topic.startsWith('arn:'))
    return /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(topic)
      ? undefined
      : 'This is no ARN of a topic: arn:aws:sns:region:account:name.';
  return /^[\w-]{1,256}$/.test(topic)
    ? undefined
    : 'A topic’s name has letters, digits, hyphens and underscores only, at most 256.';
}

function logGroupProblem({ logsChoice, logGroup }: Draft): string | undefined {
  if (logsChoice === 'none') return undefined;
  if (logGroup === '')
    return logsChoice === 'new' ? 'Enter a name for the new log group.' : 'Choose a log group.';
  if (logsChoice === 'existing' && logGroup.startsWith('arn:'))
    return /^arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:[\w./#-]{1,512}(:\*)?$/.test(logGroup)
      ? undefined
      : 'This is no ARN of a log group: arn:aws:logs:region:account:log-group:name:*.';
  if (!/^[\w./#-]{1,512}$/.test(logGroup))
    return 'A log group’s name has letters, digits and . - _ / # only, at most 512.';
  return logsChoice === 'new' && /^aws\//.test(logGroup)
    ? 'Names that begin with aws/ are AWS’s own.'
    : undefined;
}

function roleProblem({ logsChoice, roleChoice, role }: Draft): string | undefined {
  if (logsChoice === 'none') return undefined;
  if (role === '') return roleChoice === 'new' ? 'Enter a name for the new role.' : 'Choose a role.';
  if (roleChoice === 'existing' && role.startsWith('arn:'))
    return /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role)
      ? undefined
      : 'This is no ARN of a role: arn:aws:iam::account:role/name.';
  return /^[\w+=,.@-]{1,64}$/.test(role)
    ? undefined
    : 'A role’s name has letters, digits and + = , . @ - _ only, at most 64.';
}

/** Aggregated events are counted from data events, so there must be some. */
function aggregationProblem({ aggregation, selectors }: Draft): string | undefined {
  if (aggregation.length === 0) return undefined;
  const put = selectorsOf(selectors);
  if (put === undefined) return undefined;
  const hasData =
    'EventSelectors' in put
      ? put.EventSelectors.some(({ DataResources = [] }) => DataResources.length > 0)
      : put.AdvancedEventSelectors.some(({ FieldSelectors }) =>
          FieldSelectors.some(({ Field, Equals }) => Field === 'eventCategory' && Equals?.includes('Data')),
        );
  return hasData ? undefined : 'Data events are what is aggregated: add some, or choose no template.';
}

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function tagsProblem(tags: Draft['tags']): string | undefined {
  return tags.length > 50 ? `A trail has at most 50 tags, not ${tags.length}.` : wrongTag(tags)?.problem;
}

/** The first tag that AWS would refuse, and which part of it. A line that nothing was written into is none. */
export function wrongTag(
  tags: Draft['tags'],
): { readonly index: number; readonly part: 'key' | 'value'; readonly problem: string } | undefined {
  for (const [index, { key, value }] of tags.entries()) {
    if (key === '' && value === '') continue;
    const problem = keyProblem(key, tags.slice(0, index));
    if (problem !== undefined) return { index, part: 'key', problem };
    if (value.length > 256)
      return { index, part: 'value', problem: `The value of ${shown(key)} has more than 256 characters.` };
    if (!TAG_TEXT.test(value)) return { index, part: 'value', problem: `${shown(value)}: ${TAG_RULE}` };
  }
  return undefined;
}

const TAG_RULE = 'only letters, digits, spaces and _ . : / = + - @ can be in a tag.';

function keyProblem(key: string, before: Draft['tags']): string | undefined {
  if (key === '') return 'A tag needs a key.';
  if (before.some((tag) => tag.key === key)) return `The key ${shown(key)} is there twice.`;
  if (key.length > 128) return `The key ${shown(key.slice(0, 40))}… has more than 128 characters.`;
  if (/^aws:/i.test(key)) return `${shown(key)}: keys that begin with aws: are AWS’s own.`;
  return TAG_TEXT.test(key) ? undefined : `${shown(key)}: ${TAG_RULE}`;
}

function shown(text: string): string {
  return text.trim() === '' ? 'A space' : `“${text}”`;
}
