/** Turns names of API operations into words: `TerminateInstances` → terminate, terminated, instances. */

export type OperationWords = {
  /** `terminate`; undefined when the name does not start with a verb we know. */
  readonly verb: string | undefined;
  readonly past: string | undefined;
  /** `instances`, lower case, words apart; may be empty. */
  readonly noun: string;
};

const IRREGULAR: Readonly<Record<string, string>> = {
  begin: 'began',
  build: 'built',
  get: 'read',
  lookup: 'looked up',
  leave: 'left',
  put: 'put',
  reset: 'reset',
  run: 'ran',
  send: 'sent',
  set: 'set',
  split: 'split',
  write: 'wrote',
  rebuild: 'rebuilt',
  undo: 'undid',
};

/** As one says it rather than as it is called. */
const SAID: Readonly<Record<string, string>> = {
  get: 'read',
  lookup: 'look up',
  head: 'look at',
  select: 'query',
};

const VERBS = new Set(
  `abort accept acknowledge activate add allocate allow apply approve archive assign associate assume attach authorize
  backup begin bulk bundle cancel change check claim clear close complete confirm connect continue convert copy count create
  deactivate decode decrypt delete deny deploy deprecate deprovision deregister derive describe detach detect disable
  disassociate disconnect discover dismiss download drop enable encrypt end enter evaluate execute exit export
  failover filter finalize finish forget generate get grant head import increase decrease initialize initiate install invite
  invoke issue join leave link list lock login lookup merge migrate modify monitor move notify open pause peer poll populate
  post preview promote provision publish purchase purge push put query reboot rebuild receive record redact refresh register
  reject release reload remove rename renew reorder replace replicate report request rerun resend reset resize resolve respond
  restart restore resume resync retire retrieve retry return revoke rollback rotate run scale scan schedule search select send
  set share sign signal simulate skip snapshot split start stop stream submit subscribe suspend swap switch sync synchronize
  tag terminate test toggle transfer trigger unarchive unassign unlink unlock unmonitor unshare unsubscribe untag update
  upgrade upload validate verify view withdraw write`.split(/\s+/),
);

const DOUBLING = new Set([
  'stop',
  'tag',
  'untag',
  'drop',
  'scan',
  'submit',
  'swap',
  'transfer',
  'skip',
  'commit',
  'log',
]);

export function operationWords(operation: string): OperationWords {
  const bare = operation.replace(/\d{8}.*$/, '').replace(/^(Batch|Admin|Internal)(?=[A-Z])/, '');
  const words = bare.match(/[A-Z]{2,}(?=[A-Z][a-z]|\d|$)|[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  const first = words[0]?.toLowerCase() ?? '';
  if (!VERBS.has(first)) return { verb: undefined, past: undefined, noun: '' };
  const noun = words.slice(1).map(lower).join(' ');
  return { verb: SAID[first] ?? first, past: pastOf(first), noun };
}

/** `instances` → `instance`, `policies` → `policy`; the last word only. */
export function singular(noun: string): string {
  if (/(ss|us|is|ings|settings|status|dns|aws)$/i.test(noun)) return noun;
  if (/ies$/.test(noun)) return noun.replace(/ies$/, 'y');
  if (/(sses|xes|ches|shes)$/.test(noun)) return noun.replace(/es$/, '');
  return noun.replace(/s$/, '');
}

function pastOf(verb: string): string {
  const irregular = IRREGULAR[verb];
  if (irregular) return irregular;
  if (verb === 'head') return 'looked at';
  if (verb === 'select') return 'queried';
  if (DOUBLING.has(verb)) return `${verb}${verb.at(-1) ?? ''}ed`;
  if (verb.endsWith('e')) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return verb.replace(/y$/, 'ied');
  return `${verb}ed`;
}

/** Abbreviations stay as they are: `DB`, `MFA`. */
function lower(word: string): string {
  return word.length > 1 && word === word.toUpperCase() ? word : word.toLowerCase();
}
