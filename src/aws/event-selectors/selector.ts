/** Event selectors as the API has them: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html */

export type BasicSelector = {
  readonly ReadWriteType: 'All' | 'ReadOnly' | 'WriteOnly';
  readonly IncludeManagementEvents: boolean;
  readonly DataResources: readonly { readonly Type: string; readonly Values: readonly string[] }[];
  readonly ExcludeManagementEventSources: readonly string[];
};

export const OPERATORS = [
  'Equals',
  'StartsWith',
  'EndsWith',
  'NotEquals',
  'NotStartsWith',
  'NotEndsWith',
] as const;

export type Operator = (typeof OPERATORS)[number];

export type FieldSelector = { readonly Field: string } & Readonly<
  Partial<Record<Operator, readonly string[]>>
>;

export type AdvancedSelector = {
  readonly Name?: string | undefined;
  readonly FieldSelectors: readonly FieldSelector[];
};

/** What a trail logs: one kind or the other, as it was put. */
export type Selectors =
  | { readonly EventSelectors: readonly BasicSelector[] }
  | { readonly AdvancedEventSelectors: readonly AdvancedSelector[] };

/** What a trail logs that nobody told otherwise: all management events. */
export const DEFAULT_SELECTORS: Selectors = {
  EventSelectors: [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
};
