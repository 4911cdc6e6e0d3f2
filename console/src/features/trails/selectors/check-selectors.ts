import { FIELD_RULES, isCategory, type FieldRule } from './advanced-rules.ts';
import {
  BASIC_TYPES,
  EXCLUDABLE,
  OPERATORS,
  type AdvancedSelector,
  type BasicSelector,
  type FieldSelector,
  type Selectors,
} from './event-selectors.ts';

/** What AWS would refuse, in words, with where it is; empty when it would take them. */
export function checkSelectors(selectors: Selectors): readonly string[] {
  return 'EventSelectors' in selectors
    ? checkBasic(selectors.EventSelectors)
    : checkAdvanced(selectors.AdvancedEventSelectors);
}

const VALUES: Readonly<Record<string, readonly [RegExp, string]>> = {
  'AWS::S3::Object': [
    /^arn:[\w-]+:s3(?::::?)?$|^arn:[\w-]+:s3:::[^/*]+\/.*$/s,
    'arn:aws:s3:::bucket/ for all objects of a bucket, arn:aws:s3:::bucket/prefix for some',
  ],
  'AWS::Lambda::Function': [
    /^arn:[\w-]+:lambda$|^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w:$.-]+$/,
    'arn:aws:lambda:region:account:function:name',
  ],
  'AWS::DynamoDB::Table': [
    /^arn:[\w-]+:dynamodb$|^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+$/,
    'arn:aws:dynamodb:region:account:table/name',
  ],
};

function checkBasic(selectors: readonly BasicSelector[]): string[] {
  const resources = selectors.flatMap(({ DataResources = [] }) => DataResources);
  const values = resources.reduce((sum, { Values = [] }) => sum + Values.length, 0);
  return [
    ...(selectors.length < 1 || selectors.length > 5
      ? [`A trail has 1 to 5 event selectors, not ${selectors.length}.`]
      : []),
    ...(values > 250 ? [`A trail has at most 250 data resources, not ${values}.`] : []),
    ...resources.flatMap(({ Type, Values = [] }) => Values.flatMap((value) => checkDataValue(Type, value))),
    ...resources
      .filter(({ Type }) => !(BASIC_TYPES as readonly string[]).includes(Type))
      .map(({ Type }) => `${Type} needs advanced event selectors.`),
    ...selectors
      .flatMap(({ ExcludeManagementEventSources = [] }) => ExcludeManagementEventSources)
      .filter((source) => !(EXCLUDABLE as readonly string[]).includes(source))
      .map((source) => `${source} cannot be left out; valid are ${EXCLUDABLE.join(' and ')}.`),
  ];
}

/** Empty when the value may stand for resources of the type. */
export function checkDataValue(type: string, value: string): string[] {
  const rule = VALUES[type];
  if (rule === undefined) return [];
  if (value === '') return ['Enter an ARN.'];
  const [pattern, form] = rule;
  return pattern.test(value) && value.length <= 2048 ? [] : [`“${value}” is no such ARN. Write ${form}.`];
}

function checkAdvanced(selectors: readonly AdvancedSelector[]): string[] {
  if (selectors.length === 0) return ['Add at least one selector.'];
  const values = selectors.flatMap(({ FieldSelectors }) => FieldSelectors.flatMap(valuesOf)).length;
  return [
    ...(values > 500 ? [`A trail has at most 500 values in its selectors, not ${values}.`] : []),
    ...selectors.flatMap((selector, index) =>
      checkAdvancedSelector(selector).map((problem) => `${nameOf(selector, index)}: ${problem}`),
    ),
  ];
}

function nameOf({ Name }: AdvancedSelector, index: number): string {
  return Name ? `“${Name.slice(0, 60)}”` : `Selector ${index + 1}`;
}

/** The same for one selector, without its name. */
export function checkAdvancedSelector({ Name = '', FieldSelectors }: AdvancedSelector): string[] {
  const long = Name.length > 1000 ? ['its name is longer than 1,000 characters.'] : [];
  const categories = FieldSelectors.filter(({ Field }) => Field === 'eventCategory');
  const category = categories[0]?.Equals?.[0] ?? '';
  if (categories.length !== 1 || valuesOf(categories[0] as FieldSelector).length !== 1)
    return [...long, 'eventCategory has to be there once, with one value under Equals.'];
  if (!isCategory(category))
    return [
      ...long,
      `a trail cannot log eventCategory “${category}”; valid are ${Object.keys(FIELD_RULES).join(', ')}.`,
    ];
  const rules = FIELD_RULES[category];
  const missing = Object.entries(rules).filter(
    ([name, rule]) => rule.required && FieldSelectors.filter(({ Field }) => Field === name).length !== 1,
  );
  return [
    ...long,
    ...missing.map(([name]) => `${name} has to be there once.`),
    ...FieldSelectors.filter(({ Field }) => Field !== 'eventCategory').flatMap((field) => {
      const rule = rules[field.Field];
      return rule === undefined
        ? [`${field.Field || 'a field without name'} cannot be used for ${category} events of a trail.`]
        : checkField(field, rule);
    }),
  ];
}

function checkField(field: FieldSelector, rule: FieldRule): string[] {
  const values = valuesOf(field);
  const used = OPERATORS.filter((operator) => field[operator] !== undefined);
  if (used.length === 0) return [`${field.Field} has no operator.`];
  if (values.length === 0) return [`${field.Field} has no value.`];
  const wrong = used.filter((operator) => !rule.operators.includes(operator));
  if (wrong.length > 0)
    return [`${field.Field} cannot be compared by ${wrong.join(', ')}; valid: ${rule.operators.join(', ')}.`];
  if (rule.single && values.length !== 1)
    return [`${field.Field} takes exactly one value, not ${values.length}.`];
  return values.flatMap((value) => {
    if (value === '') return [`${field.Field} has an empty value.`];
    if (value.length > 2048) return [`a value of ${field.Field} is longer than 2,048 characters.`];
    if (rule.oneOf && !rule.oneOf.includes(value))
      return [`“${value}” is not valid for ${field.Field}; valid: ${rule.oneOf.join(', ')}.`];
    const whole = field.Equals?.includes(value) || field.NotEquals?.includes(value);
    return whole && rule.pattern && !rule.pattern.test(value)
      ? [`“${value}” is not valid for ${field.Field}${rule.hint ? `: ${rule.hint}` : ''}.`]
      : [];
  });
}

function valuesOf(field: FieldSelector): readonly string[] {
  return OPERATORS.flatMap((operator) => field[operator] ?? []);
}
