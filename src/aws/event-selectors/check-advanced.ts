import { refuse, shown } from './refuse.ts';
import { OPERATORS, type AdvancedSelector, type FieldSelector, type Operator } from './selector.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_VALUES = 500;
const MOST_TEXT = 2048;
const MOST_NAME = 1000;

type Rule = {
  readonly operators: readonly Operator[];
  readonly required?: boolean;
  /** One value, one of these. */
  readonly oneOf?: readonly string[];
  readonly single?: boolean;
  readonly pattern?: RegExp;
};

const ANY: Rule = { operators: OPERATORS };
const READ_ONLY: Rule = { operators: ['Equals'], single: true, oneOf: ['true', 'false'] };
const ARN: Rule = { operators: OPERATORS, pattern: /^arn:[\w-]+:[\w-]+:/ };

type Rules = Readonly<Record<string, Readonly<Record<string, Rule>>>>;

const FROM_CONSOLE: Rule = { operators: ['Equals', 'NotEquals'], single: true, oneOf: ['true'] };

const DATA: Readonly<Record<string, Rule>> = {
  readOnly: READ_ONLY,
  eventSource: ANY,
  eventName: ANY,
  eventType: ANY,
  'resources.type': {
    operators: ['Equals'],
    required: true,
    single: true,
    pattern: /^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$/,
  },
  'resources.ARN': ARN,
  'userIdentity.arn': ANY,
  sessionCredentialFromConsole: FROM_CONSOLE,
};

const NETWORK: Readonly<Record<string, Rule>> = {
  eventSource: { operators: ['Equals'], required: true, single: true },
  eventName: ANY,
  errorCode: { operators: ['Equals'], single: true, oneOf: ['VpceAccessDenied'] },
  vpcEndpointId: ANY,
};

/** Who selects events, and what may be asked of each category: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html */
const RULES: Readonly<Record<Selecting, Rules>> = {
  trail: {
    Management: {
      readOnly: READ_ONLY,
      eventSource: { operators: ['NotEquals'], oneOf: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
    },
    Data: DATA,
    NetworkActivity: { ...NETWORK, 'userIdentity.arn': ANY },
  },
  'event data store': {
    Management: {
      readOnly: READ_ONLY,
      eventSource: ANY,
      eventName: ANY,
      eventType: ANY,
      'userIdentity.arn': ANY,
      sessionCredentialFromConsole: FROM_CONSOLE,
    },
    Data: DATA,
    NetworkActivity: NETWORK,
    Insight: {},
    ConfigurationItem: {},
    Evidence: {},
    ActivityAuditLog: {},
  },
};

export type Selecting = 'trail' | 'event data store';

const ONCE: ReadonlySet<string> = new Set(['eventCategory', 'resources.type']);

/** Throws InvalidEventSelectorsException. */
export function checkAdvanced(selectors: readonly AdvancedSelector[], by: Selecting = 'trail'): void {
  if (selectors.length === 0) throw refuse('Specify at least one advanced event selector.');
  const values = selectors.flatMap(({ FieldSelectors }) => FieldSelectors.flatMap(valuesOf));
  if (values.length > MOST_VALUES) {
    throw refuse(
      `Specify at most ${MOST_VALUES} values for all advanced event selectors of ${article(by)}, not ${values.length}.`,
    );
  }
  for (const [index, selector] of selectors.entries())
    checkSelector(selector, `AdvancedEventSelectors[${index}]`, by);
}

const article = (by: Selecting): string => (by === 'trail' ? 'a trail' : 'an event data store');

function checkSelector({ Name = '', FieldSelectors }: AdvancedSelector, place: string, by: Selecting): void {
  if (Name.length > MOST_NAME) throw refuse(`${place}.Name is longer than ${MOST_NAME} characters.`);
  const category = categoryOf(FieldSelectors, place);
  const rules = RULES[by][category];
  if (rules === undefined) {
    throw refuse(
      `${place}: ${article(by)} cannot log eventCategory ${shown(category)}; valid are ${Object.keys(RULES[by]).join(', ')}.`,
    );
  }
  for (const field of FieldSelectors) {
    const rule = rules[field.Field];
    checkValues(field, place);
    if (field.Field === 'eventCategory') continue;
    if (rule === undefined) {
      throw refuse(
        `${place}: the field ${shown(field.Field)} cannot be used for ${category} events of ${article(by)}; valid are ${['eventCategory', ...Object.keys(rules)].join(', ')}.`,
      );
    }
    checkField(field, rule, place);
  }
  checkPresence(FieldSelectors, rules, place);
}

function categoryOf(fields: readonly FieldSelector[], place: string): string {
  const [field] = fields.filter(({ Field }) => Field === 'eventCategory');
  if (field === undefined) throw refuse(`${place}: eventCategory is required.`);
  checkField(field, { operators: ['Equals'], single: true }, place);
  return field.Equals?.[0] ?? '';
}

function checkPresence(
  fields: readonly FieldSelector[],
  rules: Readonly<Record<string, Rule>>,
  place: string,
): void {
  for (const once of ONCE) {
    if (fields.filter(({ Field }) => Field === once).length > 1)
      throw refuse(`${place}: ${once} can be used only once.`);
  }
  const missing = Object.entries(rules).find(
    ([name, rule]) => rule.required === true && !fields.some(({ Field }) => Field === name),
  );
  if (missing !== undefined) throw refuse(`${place}: ${missing[0]} is required.`);
}

function checkValues(field: FieldSelector, place: string): void {
  if (OPERATORS.every((operator) => field[operator] === undefined))
    throw refuse(`${place}: the field ${shown(field.Field)} has no operator.`);
  for (const operator of OPERATORS) {
    const values = field[operator];
    if (values?.length === 0) throw refuse(`${place}: ${field.Field} ${operator} has no value.`);
    const wrong = values?.find((value) => value.length < 1 || value.length > MOST_TEXT);
    if (wrong !== undefined) {
      throw refuse(
        `${place}: a value of ${field.Field} ${operator} has ${wrong.length} characters; valid are 1 to ${MOST_TEXT}.`,
      );
    }
  }
}

function checkField(field: FieldSelector, rule: Rule, place: string): void {
  const wrong = OPERATORS.find(
    (operator) => field[operator] !== undefined && !rule.operators.includes(operator),
  );
  if (wrong !== undefined) {
    throw refuse(
      `${place}: the operator ${wrong} cannot be used with ${field.Field}; valid: ${rule.operators.join(', ')}.`,
    );
  }
  const values = valuesOf(field);
  if (rule.single === true && values.length !== 1)
    throw refuse(`${place}: ${field.Field} takes exactly one value, not ${values.length}.`);
  const other = values.find((value) => rule.oneOf !== undefined && !rule.oneOf.includes(value));
  if (other !== undefined)
    throw refuse(
      `${place}: ${shown(other)} is not valid for ${field.Field}; valid: ${rule.oneOf?.join(', ') ?? ''}.`,
    );
  const full = [...(field.Equals ?? []), ...(field.NotEquals ?? [])];
  const odd = full.find((value) => rule.pattern !== undefined && !rule.pattern.test(value));
  if (odd !== undefined) throw refuse(`${place}: ${shown(odd)} is not valid for ${field.Field}.`);
}

function valuesOf(field: FieldSelector): readonly string[] {
  return OPERATORS.flatMap((operator) => field[operator] ?? []);
}
