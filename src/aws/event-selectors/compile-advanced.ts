import type { ArnTexts, CompiledSelector, EventOutline, Matcher } from './selection.ts';
import type { EventFacts, FactResource } from './event-facts.ts';
import type { AdvancedSelector, FieldSelector } from './selector.ts';

type Test = (value: string | undefined) => boolean;

/** Fields of an event's outline, in the order of what costs least and rejects most. */
const OUTLINE: Readonly<Record<string, (event: EventOutline) => string | undefined>> = {
  eventCategory: (event) => event.category,
  readOnly: (event) => (event.readOnly ? 'true' : 'false'),
  eventSource: (event) => event.source,
  eventName: (event) => event.name,
};

/** Fields that an event has once and that its columns tell. */
const COLUMNS: Readonly<Record<string, (event: EventFacts) => string | undefined>> = {
  'userIdentity.arn': (event) => event.userArn,
  errorCode: (event) => event.error,
};

/** Those for which the record has to be parsed; those of its resources are asked of each resource together. */
const PARSED: Readonly<Record<string, (event: EventFacts) => string | undefined>> = {
  eventType: (event) => event.type(),
  sessionCredentialFromConsole: (event) => event.fromConsole(),
  vpcEndpointId: (event) => event.vpcEndpoint(),
};

/** All fields must fit: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html#filtering-data-events-how-it-works */
export function compileAdvanced({ FieldSelectors }: AdvancedSelector): CompiledSelector {
  const outline = testsOf(OUTLINE, FieldSelectors);
  const arns = arnsOf(FieldSelectors);
  const details: readonly Matcher[] = [
    ...testsOf(COLUMNS, FieldSelectors),
    // Parsing a record costs most, and most records have none of the ARNs.
    ...(arns === undefined ? [] : [mentionTest(FieldSelectors)]),
    ...testsOf(PARSED, FieldSelectors),
    ...resourceTest(FieldSelectors),
  ];
  const categories = FieldSelectors.filter(({ Field }) => Field === 'eventCategory');
  return {
    wantsData: !categories.some(({ Equals }) => Equals?.every((category) => category === 'Management')),
    matches: (event) => outline.every((test) => test(event)) && details.every((test) => test(event)),
    judge: (event) => {
      if (!outline.every((test) => test(event))) return 'no';
      return details.length > 0 ? 'maybe' : 'yes';
    },
    arns,
  };
}

type Fields<Event> = Readonly<Record<string, (event: Event) => string | undefined>>;

function testsOf<Event>(
  fields: Fields<Event>,
  asked: readonly FieldSelector[],
): ((event: Event) => boolean)[] {
  return Object.entries(fields).flatMap(([name, valueOf]) =>
    asked
      .filter(({ Field }) => Field === name)
      .map((field) => {
        const test = testOf(field);
        return (event: Event) => test(valueOf(event));
      }),
  );
}

/** Of the first field that says what an ARN must be: where several do, the others are asked as well. */
function arnsOf(fields: readonly FieldSelector[]): ArnTexts | undefined {
  const positive = fields.find(
    ({ Field, Equals, StartsWith, EndsWith }) =>
      Field === 'resources.ARN' && (Equals ?? StartsWith ?? EndsWith) !== undefined,
  );
  if (positive === undefined) return undefined;
  const { Equals: equals = [], StartsWith: starts = [], EndsWith: ends = [] } = positive;
  return { equals, starts, ends };
}

/** One of the ARNs must fit all that is asked of ARNs, or no resource can. */
function mentionTest(fields: readonly FieldSelector[]): Matcher {
  const arns = fields.filter(({ Field }) => Field === 'resources.ARN').map(testOf);
  const fits = (arn: string) => arns.every((test) => test(arn));
  return (event) => event.mentionedArns().some(fits);
}

/** One resource must fit all that is asked of resources; none where nothing is. */
function resourceTest(fields: readonly FieldSelector[]): readonly Matcher[] {
  const types = fields.filter(({ Field }) => Field === 'resources.type').map(testOf);
  const arns = fields.filter(({ Field }) => Field === 'resources.ARN').map(testOf);
  if (types.length + arns.length === 0) return [];
  const fits = ({ type, arn }: FactResource) =>
    types.every((test) => test(type)) && arns.every((test) => test(arn === '' ? undefined : arn));
  return [(event) => event.resources().some(fits)];
}

/** Of the positive operators any value must fit, of the negative ones none may. A field that the event does not have fits no positive one. */
function testOf(field: FieldSelector): Test {
  const [positive, negative] = [
    anyOf(field.Equals, field.StartsWith, field.EndsWith),
    anyOf(field.NotEquals, field.NotStartsWith, field.NotEndsWith),
  ];
  return (value) => {
    if (value === undefined) return positive === undefined;
    return (positive === undefined || positive(value)) && !(negative?.(value) ?? false);
  };
}

type Texts = readonly string[] | undefined;

/** Undefined where none of the three is given. */
function anyOf(equal: Texts, starts: Texts, ends: Texts): ((value: string) => boolean) | undefined {
  if (equal === undefined && starts === undefined && ends === undefined) return undefined;
  const equals = new Set(equal);
  const [heads, tails] = [byLength(starts), byLength(ends)];
  return (value) =>
    equals.has(value) ||
    heads.some(([length, texts]) => texts.has(value.slice(0, length))) ||
    tails.some(([length, texts]) => texts.has(value.slice(-length)));
}

/** So many look-ups as there are lengths, however many texts of each: hundreds of prefixes are usual. None is empty. */
function byLength(texts: Texts): readonly (readonly [number, ReadonlySet<string>])[] {
  const groups = Map.groupBy(texts ?? [], (text) => text.length);
  return [...groups].map(([length, group]) => [length, new Set(group)] as const);
}
