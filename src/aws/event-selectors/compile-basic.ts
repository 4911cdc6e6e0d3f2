import type { ArnTexts, CompiledSelector, EventOutline, Matcher, Verdict } from './selection.ts';
import type { BasicSelector } from './selector.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html */
export function compileBasic(selector: BasicSelector): CompiledSelector {
  const excluded = new Set(selector.ExcludeManagementEventSources);
  const includes = selector.IncludeManagementEvents;
  const values = selector.DataResources.flatMap(({ Type, Values }) =>
    Values.map((value) => ({ Type, value })),
  );
  const data = values.map(({ Type, value }) => covers(Type, value));
  const isWanted = readOrWrite(selector.ReadWriteType);
  const ofManagement = (event: EventOutline) => includes && !excluded.has(event.source ?? '');
  return {
    wantsData: data.length > 0,
    matches: (event) => {
      if (!isWanted(event)) return false;
      if (event.category === 'Management') return ofManagement(event);
      return event.category === 'Data' && data.some((covered) => covered(event));
    },
    judge: (outline) => {
      if (!isWanted(outline)) return 'no';
      if (outline.category === 'Management') return ofManagement(outline) ? 'yes' : 'no';
      return outline.category === 'Data' ? judgeData(values, outline) : 'no';
    },
    arns: arnsOf(values),
  };
}

type Value = { readonly Type: string; readonly value: string };

function judgeData(values: readonly Value[], { source }: EventOutline): Verdict {
  const ofSource = values.filter(({ Type }) => SOURCES[Type] === source);
  if (ofSource.some(({ value }) => WHOLE_SERVICE.test(value))) return 'yes';
  return ofSource.length > 0 ? 'maybe' : 'no';
}

function arnsOf(values: readonly Value[]): ArnTexts {
  const single = values.filter(({ value }) => !WHOLE_SERVICE.test(value));
  const of = (type: string) => single.filter(({ Type }) => Type === type).map(({ value }) => value);
  const tables = of('AWS::DynamoDB::Table');
  return {
    equals: [...of('AWS::Lambda::Function'), ...tables],
    starts: [...of('AWS::S3::Object'), ...tables.map((table) => `${table}/`)],
    ends: [],
  };
}

function readOrWrite(type: BasicSelector['ReadWriteType']): (event: EventOutline) => boolean {
  if (type === 'All') return () => true;
  return type === 'ReadOnly' ? (event) => event.readOnly : (event) => !event.readOnly;
}

const SOURCES: Readonly<Record<string, string>> = {
  'AWS::S3::Object': 's3.amazonaws.com',
  'AWS::Lambda::Function': 'lambda.amazonaws.com',
  'AWS::DynamoDB::Table': 'dynamodb.amazonaws.com',
};

/** The ARN of a service alone (`arn:aws:s3`, `arn:aws:s3:::`) covers all that the service logs as data. */
const WHOLE_SERVICE = /^arn:[\w-]+:(?:s3(?::::)?|lambda|dynamodb)$/;

function covers(type: string, value: string): Matcher {
  const source = SOURCES[type];
  if (WHOLE_SERVICE.test(value)) return (event) => event.source === source;
  const fits = fitting(type, value);
  // What the record only mentions does not count, but parsing it costs most.
  return (event) =>
    event.source === source &&
    event.mentionedArns().some(fits) &&
    event.resources().some(({ arn }) => fits(arn));
}

/** Objects by prefix, functions exactly, tables with what belongs to them (indexes, streams). */
function fitting(type: string, value: string): (arn: string) => boolean {
  if (type === 'AWS::S3::Object') return (arn) => arn.startsWith(value);
  if (type === 'AWS::DynamoDB::Table') return (arn) => arn === value || arn.startsWith(`${value}/`);
  return (arn) => arn === value;
}
