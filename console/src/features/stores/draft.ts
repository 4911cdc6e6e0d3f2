import type { PlannedCall } from '../../plan/planned-call.ts';

export type StoreDraft = {
  readonly name: string;
  readonly days: string;
  readonly keeps: 'management' | 'data' | 'writes' | 'insights' | 'activity';
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly isProtected: boolean;
};

export const EMPTY_STORE: StoreDraft = {
  name: '',
  days: '2557',
  keeps: 'management',
  multiRegion: true,
  organization: false,
  isProtected: true,
};

type Kept = {
  readonly value: StoreDraft['keeps'];
  readonly label: string;
  readonly description?: string;
};

export const KEEPS: readonly Kept[] = [
  { value: 'management', label: 'Management events' },
  { value: 'writes', label: 'Management events that change something' },
  { value: 'data', label: 'Management events, and data events of S3 objects' },
  {
    value: 'insights',
    label: 'Insights',
    description:
      'What other stores find unusual, once they name it as their destination (PutInsightSelectors).',
  },
  { value: 'activity', label: 'Events of your own services, by a channel' },
];

type Field = { readonly Field: string; readonly Equals: readonly string[] };

const category = (name: string): Field => ({ Field: 'eventCategory', Equals: [name] });
const ALL = { Name: 'Management events', FieldSelectors: [category('Management')] };

const SELECTORS: Readonly<Record<StoreDraft['keeps'], readonly object[]>> = {
  management: [ALL],
  writes: [
    {
      Name: 'Management events that change something',
      FieldSelectors: [category('Management'), { Field: 'readOnly', Equals: ['false'] }],
    },
  ],
  data: [
    ALL,
    {
      Name: 'S3 objects',
      FieldSelectors: [category('Data'), { Field: 'resources.type', Equals: ['AWS::S3::Object'] }],
    },
  ],
  insights: [{ Name: 'Insights', FieldSelectors: [category('Insight')] }],
  activity: [{ Name: 'Activity', FieldSelectors: [category('ActivityAuditLog')] }],
};

/** The call that makes the store. The form must be valid. */
export function planStore(draft: StoreDraft): PlannedCall {
  const { name, days, keeps, multiRegion, organization, isProtected } = draft;
  return {
    id: 'CreateEventDataStore',
    title: `Make the event data store ${name}`,
    made: `event data store ${name}`,
    service: 'cloudtrail',
    operation: 'CreateEventDataStore',
    field: 'name',
    existsCodes: ['EventDataStoreAlreadyExistsException'],
    input: {
      Name: name,
      RetentionPeriod: Number(days),
      MultiRegionEnabled: multiRegion,
      OrganizationEnabled: organization,
      TerminationProtectionEnabled: isProtected,
      AdvancedEventSelectors: SELECTORS[keeps],
    },
  };
}

/** The call by which Athena shows the store. */
export function planFederation(store: string, role: string): PlannedCall {
  return {
    id: 'EnableFederation',
    title: 'Show the event data store in Athena',
    made: undefined,
    service: 'cloudtrail',
    operation: 'EnableFederation',
    field: 'role',
    existsCodes: ['EventDataStoreFederationEnabledException'],
    input: { EventDataStore: store, FederationRoleArn: role },
  };
}

export function problemsOf({ name, days }: StoreDraft): { readonly name?: string; readonly days?: string } {
  return {
    ...(/^[\w.-]{3,128}$/.test(name)
      ? {}
      : { name: 'Enter 3 to 128 letters, digits, periods, hyphens or underscores.' }),
    ...daysProblem(days),
  };
}

export function daysProblem(days: string): { readonly days?: string } {
  const isRight = /^\d{1,4}$/.test(days) && Number(days) >= 7 && Number(days) <= 3653;
  return isRight ? {} : { days: 'Enter a number from 7 to 3,653.' };
}
