import type { ArnTexts, CompiledSelector, EventOutline, Matcher } from './selection.ts';
import type { EventFacts } from './event-facts.ts';
import type { AdvancedSelector, FieldSelector } from './selector.ts';

type Test = (value: string | undefined) => boolean;

/** Fields of an event's outline, in the order of what costs least and rejects most. */
const OUTLINE: Readonly<Record<string, (event: EventOutline) => string | undefined>> = {
  eventCategory: (event) => event.category,
  readOnly: (event) => (event.readOnly ? 'true' : 'false'),
  eventSource: (event) => event.source,
  eventName: (event) => event.name,
};

/** The other fields that an event has once; those of its resources are asked of each resource together. */
const DETAILS: Readonly<Record<string, (event: EventFacts) => string | undefined>> = {
  'userIdentity.arn': (event) => event.userArn,
  errorCode: (event) => event.error,
  eventType: (event) => event.type(),
  sessionCredentialFromConsole: (event) => event.fromConsole(),
  vpcEndpointId: (event) => event.vpcEndpoint(),
};

/** All fields must fit: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html#filtering-data-events-how-it-works */
export function compileAdvanced({ FieldSelectors }: AdvancedSelector): CompiledSelector {
  const outline = testsOf(OUTLINE, FieldSelectors);
  const details: Matcher[] = testsOf(DETAILS, FieldSelectors);
  const resource = resourceTest(FieldSelectors);
  if (resource !== undefined) details.push(resource);
  const arns = arnsOf(FieldSelectors);
  // Parsing a record costs most, and most records have none of the ARNs.
  const mention = anyOf(arns?.equals, arns?.starts, arns?.ends);
  if (mention !== undefined) details.unshift((event) => event.mentionedArns().some(mention));
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

/** One resource must fit all that is asked of resources; undefined where nothing is. */
function resourceTest(fields: readonly FieldSelector[]): Matcher | undefined {
  const types = fields.filter(({ Field }) => Field === 'resources.type').map(testOf);
  const arns = fields.filter(({ Field }) => Field === 'resources.ARN').map(testOf);
  if (types.length + arns.length === 0) return undefined;
  return (event) =>
    event
      .resources()
      .some(
        ({ type, arn }) =>
          types.every((test) => test(type)) && arns.every((test) => test(arn === '' ? undefined : arn)),
      );
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
