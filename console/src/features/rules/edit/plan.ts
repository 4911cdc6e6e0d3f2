import { shellQuote } from '../../../parts/shell-quote.ts';
import type { PlannedCall as AnyCall } from '../../../plan/planned-call.ts';
import { arnOf, destinationName, type NewTarget, type Place } from '../targets.ts';
import { withSettings } from '../target-settings.ts';
import type { Draft, DraftField } from './draft.ts';

export type PlannedCall = AnyCall<DraftField>;

type Planning = {
  readonly draft: Draft;
  /** As it was; undefined for a new rule. */
  readonly before: Draft | undefined;
  readonly place: Place;
};

type Shared = Pick<PlannedCall, 'id' | 'title' | 'operation' | 'input' | 'field'> & Partial<PlannedCall>;

function call(given: Shared): PlannedCall {
  return { service: 'events', made: undefined, existsCodes: [], ...given };
}

/** The calls that make the rule, or change it into what the form says. The form must be valid. */
export function planRule({ draft, before, place }: Planning): readonly PlannedCall[] {
  const { name, bus, added, kept } = draft;
  const named = { Rule: name, ...(bus === 'default' ? {} : { EventBusName: bus }) };
  const gone = (before?.kept ?? []).filter(({ Id }) => !kept.some((target) => target.Id === Id));
  const changed = kept.filter(
    (target) => !before?.kept.some((one) => JSON.stringify(one) === JSON.stringify(target)),
  );
  const targets = [
    ...changed,
    ...added.map((target) =>
      withSettings({ Id: target.id, Arn: arnOf(target, name, place) }, target.settings, place),
    ),
  ];
  return [
    ...added.flatMap((target) => destination(target, draft, place)),
    ...putRule(draft, before),
    ...(gone.length === 0
      ? []
      : [
          call({
            id: 'RemoveTargets',
            title: `Remove ${gone.length === 1 ? 'a target' : `${gone.length} targets`}`,
            operation: 'RemoveTargets',
            field: 'targets',
            input: { ...named, Ids: gone.map(({ Id }) => Id) },
          }),
        ]),
    ...(targets.length === 0
      ? []
      : [
          call({
            id: 'PutTargets',
            title: targetsTitle(changed.length, added.length),
            operation: 'PutTargets',
            field: 'targets',
            input: { ...named, Targets: targets },
          }),
        ]),
  ];
}

function targetsTitle(changed: number, added: number): string {
  const count = (number: number) => (number === 1 ? 'a target' : `${number} targets`);
  if (changed === 0) return added === 1 ? 'Add its target' : `Add ${count(added)}`;
  return added === 0 ? `Change ${count(changed)}` : `Change ${count(changed)}, add ${count(added)}`;
}

function putRule(draft: Draft, before: Draft | undefined): PlannedCall[] {
  const input = membersOf(draft);
  if (before && JSON.stringify(membersOf(before)) === JSON.stringify(input)) return [];
  const { name } = draft;
  return [
    call({
      id: 'PutRule',
      title: before ? `Change the rule ${name}` : `Make the rule ${name}`,
      ...(before ? {} : { made: `rule ${name}` }),
      operation: 'PutRule',
      field: 'pattern',
      input,
    }),
  ];
}

/** All of them: what is left out of a rule that is there already is no longer so. */
function membersOf({ name, bus, description, pattern, schedule, roleArn, state }: Draft) {
  return {
    Name: name,
    ...(bus === 'default' ? {} : { EventBusName: bus }),
    ...(pattern === '' ? {} : { EventPattern: compact(pattern) }),
    ...(schedule === '' ? {} : { ScheduleExpression: schedule }),
    ...(state === 'ENABLED' ? {} : { State: state }),
    ...(description === '' ? {} : { Description: description }),
    ...(roleArn === '' ? {} : { RoleArn: roleArn }),
  };
}

/** Without blanks. A pattern that says a key twice stays as it was written: JSON.parse would drop one. */
function compact(pattern: string): string {
  const text = JSON.stringify(JSON.parse(pattern));
  const bare = (json: string) => json.replaceAll(/\s/g, '').length;
  return bare(text) === bare(pattern) ? text : pattern;
}

/** What a target needs before events can go there. */
function destination(target: NewTarget, { name }: Draft, place: Place): PlannedCall[] {
  const { kind, value, id, isNew } = target;
  const arn = arnOf(target, name, place);
  const shared = { field: 'targets', input: {} } as const;
  if (kind === 'webhook' || kind === 'slack' || kind === 'teams') {
    const called = destinationName(name, id);
    const none = `arn:aws:events:${place.region}:${place.accountId}:connection/none/00000000-0000-0000-0000-000000000000`;
    return [
      call({
        ...shared,
        id: `CreateApiDestination ${id}`,
        title: `Note the address for ${id}`,
        made: `API destination ${called}`,
        operation: 'CreateApiDestination',
        input: { Name: called, ConnectionArn: none, InvocationEndpoint: value, HttpMethod: 'POST' },
        existsCodes: ['ResourceAlreadyExistsException'],
      }),
    ];
  }
  if (!isNew || value.startsWith('arn:')) return [];
  if (kind === 'logs')
    return [
      call({
        ...shared,
        id: `CreateLogGroup ${id}`,
        service: 'logs',
        title: `Make the log group ${value}`,
        made: `log group ${value}`,
        operation: 'CreateLogGroup',
        input: { logGroupName: value },
        existsCodes: ['ResourceAlreadyExistsException'],
      }),
    ];
  if (kind !== 'topic') return [];
  return [
    call({
      ...shared,
      id: `CreateTopic ${id}`,
      service: 'sns',
      title: `Make the topic ${value}`,
      made: `topic ${value}`,
      operation: 'CreateTopic',
      input: { Name: value },
    }),
    call({
      ...shared,
      id: `SetTopicAttributes ${id}`,
      service: 'sns',
      title: 'Let rules publish to it',
      operation: 'SetTopicAttributes',
      input: {
        TopicArn: arn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(topicPolicy(arn, place)),
      },
    }),
  ];
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions */
function topicPolicy(topicArn: string, { accountId }: Place) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'RulesPublish',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topicArn,
        Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
      },
    ],
  };
}

/** How somebody comes to read what a new topic gets. */
export function subscribeCommand(topicArn: string): string {
  return `aws sns subscribe --topic-arn ${shellQuote(topicArn)} \\\n  --protocol email --notification-endpoint YOU@EXAMPLE.COM`;
}
