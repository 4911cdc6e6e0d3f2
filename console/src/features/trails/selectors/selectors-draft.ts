import { checkDataValue, checkSelectors } from './check-selectors.ts';
import type { Category } from './advanced-rules.ts';
import {
  BASIC_TYPES,
  DEFAULT_SELECTORS,
  OPERATORS,
  type AdvancedSelector,
  type BasicSelector,
  type BasicType,
  type FieldSelector,
  type Operator,
  type ReadWrite,
  type Selectors,
} from './event-selectors.ts';

/** What a person fills in. Each mode keeps what was filled in while another one is looked at. */
export type SelectorsDraft = {
  readonly mode: 'basic' | 'advanced' | 'json';
  readonly basic: BasicDraft;
  readonly advanced: readonly AdvancedDraft[];
  readonly json: string;
};

export type BasicDraft = {
  readonly management: boolean;
  readonly managementKind: ReadWrite;
  readonly excluded: readonly string[];
  readonly data: readonly DataDraft[];
};

export type DataDraft = {
  readonly type: BasicType;
  readonly kind: ReadWrite;
  readonly all: boolean;
  readonly values: readonly string[];
};

export type AdvancedDraft = {
  readonly name: string;
  readonly category: Category;
  readonly conditions: readonly Condition[];
};

export type Condition = {
  readonly field: string;
  readonly operator: Operator;
  readonly values: readonly string[];
};

const ALL_OF: Readonly<Record<BasicType, string>> = {
  'AWS::S3::Object': 'arn:aws:s3',
  'AWS::Lambda::Function': 'arn:aws:lambda',
  'AWS::DynamoDB::Table': 'arn:aws:dynamodb',
};

const NOTHING_BASIC: BasicDraft = { management: false, managementKind: 'All', excluded: [], data: [] };

export function draftOf(selectors: Selectors): SelectorsDraft {
  const json = JSON.stringify(selectors, null, 2);
  if ('AdvancedEventSelectors' in selectors) {
    const advanced = selectors.AdvancedEventSelectors.map(advancedDraft);
    const known = advanced.every((draft) => draft !== undefined);
    return { mode: known ? 'advanced' : 'json', basic: NOTHING_BASIC, advanced: known ? advanced : [], json };
  }
  const basic = basicDraft(selectors.EventSelectors);
  return { mode: basic ? 'basic' : 'json', basic: basic ?? NOTHING_BASIC, advanced: [], json };
}

export const DEFAULT_DRAFT: SelectorsDraft = draftOf(DEFAULT_SELECTORS);

/** What would be put; undefined while the JSON cannot be read. */
export function selectorsOf(draft: SelectorsDraft): Selectors | undefined {
  if (draft.mode === 'json') return readJson(draft.json);
  if (draft.mode === 'advanced') return { AdvancedEventSelectors: draft.advanced.map(advancedSelector) };
  return { EventSelectors: basicSelectors(draft.basic) };
}

/** What is wrong with it; empty when it can be put. */
export function problemsOf(draft: SelectorsDraft): readonly string[] {
  if (draft.mode === 'basic') {
    const empty = draft.basic.data.flatMap(({ type, all, values }) =>
      all
        ? []
        : values.length === 0
          ? ['Enter an ARN.']
          : values.flatMap((value) => checkDataValue(type, value)),
    );
    if (empty.length > 0) return [...new Set(empty)];
    if (!draft.basic.management && draft.basic.data.length === 0)
      return ['The trail would log nothing: choose management events, or add data events.'];
  }
  const selectors = selectorsOf(draft);
  if (selectors === undefined) return [whyNoSelectors(draft.json)];
  return checkSelectors(selectors);
}

/** The same selection, to go on with in another mode where it can be expressed there. */
export function switchMode(draft: SelectorsDraft, mode: SelectorsDraft['mode']): SelectorsDraft {
  const selectors = selectorsOf(draft);
  if (mode === draft.mode || selectors === undefined) return { ...draft, mode };
  if (mode === 'json') return { ...draft, mode, json: JSON.stringify(selectors, null, 2) };
  if (mode === 'advanced') {
    const advanced = toAdvanced(selectors).map(advancedDraft);
    const known = advanced.every((one) => one !== undefined);
    return { ...draft, mode, advanced: known ? advanced : draft.advanced };
  }
  const basic = 'EventSelectors' in selectors ? basicDraft(selectors.EventSelectors) : undefined;
  return { ...draft, mode, basic: basic ?? draft.basic };
}

function basicDraft(selectors: readonly BasicSelector[]): BasicDraft | undefined {
  const withManagement = selectors.filter(({ IncludeManagementEvents }) => IncludeManagementEvents !== false);
  if (withManagement.length > 1) return undefined;
  const [first] = withManagement;
  const data: DataDraft[] = [];
  for (const { ReadWriteType = 'All', DataResources = [] } of selectors) {
    for (const { Type, Values = [] } of DataResources) {
      const type = BASIC_TYPES.find((one) => one === Type);
      if (type === undefined) return undefined;
      if (Values.length === 0) continue;
      const all = Values.some((value) => isAll(type, value));
      data.push({ type, kind: ReadWriteType, all, values: all ? [] : Values });
    }
  }
  return {
    management: first !== undefined,
    managementKind: first?.ReadWriteType ?? 'All',
    excluded: first?.ExcludeManagementEventSources ?? [],
    data,
  };
}

/** `arn:aws:s3`, and `arn:aws:s3:::`, which means the same. */
function isAll(type: BasicType, value: string): boolean {
  return value.replace(/:+$/, '').replace(/^arn:[\w-]+:/, 'arn:aws:') === ALL_OF[type];
}

function basicSelectors({ management, managementKind, excluded, data }: BasicDraft): BasicSelector[] {
  const kinds = [...(management ? [managementKind] : []), ...data.map(({ kind }) => kind)];
  return [...new Set(kinds)].map((kind) => {
    const first = management && kind === managementKind;
    return {
      ReadWriteType: kind,
      IncludeManagementEvents: first,
      DataResources: data
        .filter((one) => one.kind === kind)
        .map(({ type, all, values }) => ({ Type: type, Values: all ? [ALL_OF[type]] : values })),
      ExcludeManagementEventSources: first ? excluded : [],
    };
  });
}

/** Undefined for what the form has no place for: a field that is there twice means another thing than one with both values. */
function advancedDraft({ Name = '', FieldSelectors }: AdvancedSelector): AdvancedDraft | undefined {
  const category = FieldSelectors.find(({ Field }) => Field === 'eventCategory')?.Equals?.[0] as
    Category | undefined;
  if (category !== 'Management' && category !== 'Data' && category !== 'NetworkActivity') return undefined;
  if (new Set(FieldSelectors.map(({ Field }) => Field)).size < FieldSelectors.length) return undefined;
  const conditions = FieldSelectors.filter(({ Field }) => Field !== 'eventCategory').flatMap((field) =>
    OPERATORS.flatMap((operator) => {
      const values = field[operator];
      return values === undefined ? [] : [{ field: field.Field, operator, values }];
    }),
  );
  return { name: Name, category, conditions };
}

/** Conditions on one field become one field selector: any of its positive ones, none of its negative ones. */
export function advancedSelector({ name, category, conditions }: AdvancedDraft): AdvancedSelector {
  const fields = new Map<string, Record<string, readonly string[]>>();
  for (const { field, operator, values } of conditions) {
    const found = fields.get(field) ?? {};
    found[operator] = [...(found[operator] ?? []), ...values];
    fields.set(field, found);
  }
  const rest = [...fields].map(([Field, operators]) => ({ Field, ...operators }) as FieldSelector);
  return {
    ...(name === '' ? {} : { Name: name }),
    FieldSelectors: [{ Field: 'eventCategory', Equals: [category] }, ...rest],
  };
}

function toAdvanced(selectors: Selectors): readonly AdvancedSelector[] {
  if ('AdvancedEventSelectors' in selectors) return selectors.AdvancedEventSelectors;
  return selectors.EventSelectors.flatMap((selector) => {
    const kind: FieldSelector[] =
      selector.ReadWriteType === 'All'
        ? []
        : [{ Field: 'readOnly', Equals: [String(selector.ReadWriteType === 'ReadOnly')] }];
    const management: AdvancedSelector[] = selector.IncludeManagementEvents
      ? [{ Name: 'Management events', FieldSelectors: managementFields(selector, kind) }]
      : [];
    return [...management, ...selector.DataResources.map((resource) => dataSelector(resource, kind))];
  });
}

function managementFields(selector: BasicSelector, kind: readonly FieldSelector[]): FieldSelector[] {
  const excluded = selector.ExcludeManagementEventSources;
  return [
    { Field: 'eventCategory', Equals: ['Management'] },
    ...kind,
    ...(excluded.length === 0 ? [] : [{ Field: 'eventSource', NotEquals: excluded }]),
  ];
}

function dataSelector(
  { Type, Values }: { readonly Type: string; readonly Values: readonly string[] },
  kind: readonly FieldSelector[],
): AdvancedSelector {
  const all = Values.some((value) => isAll(Type as BasicType, value));
  const operator = Type === 'AWS::S3::Object' ? 'StartsWith' : 'Equals';
  return {
    Name: Type.split('::').slice(1).join(' '),
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: [Type] },
      ...(all ? [] : [{ Field: 'resources.ARN', [operator]: Values } as FieldSelector]),
      ...kind,
    ],
  };
}

function readJson(text: string): Selectors | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { AdvancedEventSelectors: advanced, EventSelectors: basic } = (
    Array.isArray(value) ? { AdvancedEventSelectors: value } : (value ?? {})
  ) as Record<string, unknown>;
  if (Array.isArray(advanced) && advanced.every(isAdvanced) && basic === undefined)
    return { AdvancedEventSelectors: advanced as AdvancedSelector[] };
  if (Array.isArray(basic) && basic.every(isObject) && advanced === undefined)
    return { EventSelectors: basic as BasicSelector[] };
  return undefined;
}

/** Where the text stops being JSON is told in the browser's own words. */
function whyNoSelectors(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  return 'These are no event selectors: {"AdvancedEventSelectors": […]} or {"EventSelectors": […]} is.';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAdvanced(value: unknown): boolean {
  return (
    isObject(value) &&
    Array.isArray(value['FieldSelectors']) &&
    value['FieldSelectors'].every(
      (field) =>
        isObject(field) &&
        typeof field['Field'] === 'string' &&
        OPERATORS.every((operator) => {
          const values = field[operator];
          return (
            values === undefined || (Array.isArray(values) && values.every((one) => typeof one === 'string'))
          );
        }),
    )
  );
}
