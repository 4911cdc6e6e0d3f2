import type { Matcher, Selection } from './selection.ts';
import type { EventFacts } from './event-facts.ts';
import type { AdvancedSelector, FieldSelector } from './selector.ts';

type Test = (value: string | undefined) => boolean;

/** Fields that an event has once; those of its resources are asked of each resource together. */
const FIELDS: Readonly<Record<string, (event: EventFacts) => string | undefined>> = {
  eventCategory: (event) => event.category,
  readOnly: (event) => (event.readOnly ? 'true' : 'false'),
  eventSource: (event) => event.source,
  eventName: (event) => event.name,
  eventType: (event) => event.type(),
  'userIdentity.arn': (event) => event.userArn,
  sessionCredentialFromConsole: (event) => event.fromConsole(),
  errorCode: (event) => event.error,
  vpcEndpointId: (event) => event.vpcEndpoint(),
};

/** All fields must fit: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html#filtering-data-events-how-it-works */
export function compileAdvanced({ FieldSelectors }: AdvancedSelector): Selection {
  const ofEvent = FieldSelectors.filter(({ Field }) => Field in FIELDS);
  // What costs least and rejects most comes first: the category, the source, then what must be parsed.
  const order = Object.keys(FIELDS);
  const tests = [...ofEvent]
    .sort((a, b) => order.indexOf(a.Field) - order.indexOf(b.Field))
    .map((field) => eventTest(field));
  const resource = resourceTest(FieldSelectors);
  if (resource !== undefined) tests.push(resource);
  const categories = FieldSelectors.filter(({ Field }) => Field === 'eventCategory');
  return {
    wantsData: !categories.some(({ Equals }) => Equals?.every((category) => category === 'Management')),
    matches: (event) => tests.every((test) => test(event)),
  };
}

function eventTest(field: FieldSelector): Matcher {
  const valueOf = FIELDS[field.Field] ?? (() => undefined);
  const test = testOf(field);
  return (event) => test(valueOf(event));
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
