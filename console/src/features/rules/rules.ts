import type { ApiClient } from '../../aws/client.ts';
import { objects, pages, text, type Json } from '../../aws/pages.ts';

type Api = Pick<ApiClient, 'json'>;

export const ALL_MANAGEMENT = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
export type RuleState = 'ENABLED' | 'DISABLED' | typeof ALL_MANAGEMENT;

/** '' for what it has not. */
export type Rule = {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly pattern: string;
  readonly schedule: string;
  readonly description: string;
  readonly roleArn: string;
  readonly state: RuleState;
};

/** As PutTargets takes it. */
export type Target = Json & { readonly Id: string; readonly Arn: string };

/** One attempt to deliver. Times in milliseconds. */
export type Attempt = {
  readonly targetId: string;
  readonly at: number;
  readonly took: number;
  /** 1: the first. */
  readonly attempt: number;
  /** delivered, failed, given-up, dead-lettered, dead-letter-failed. */
  readonly outcome: string;
  readonly code: string;
  readonly message: string;
};

export type Waiting = { readonly targetId: string; readonly state: string; readonly count: number };

export type Deliveries = {
  /** Newest first. */
  readonly attempts: readonly Attempt[];
  readonly waiting: readonly Waiting[];
};

/** A rule's name says which only together with its bus. */
export type RuleKey = Pick<Rule, 'name' | 'bus'>;

export async function listBuses(api: Api, signal?: AbortSignal): Promise<readonly string[]> {
  const buses = await pages(
    api,
    { service: 'events', operation: 'ListEventBuses', list: 'EventBuses', input: {} },
    signal,
  );
  return buses.map(({ Name }) => text(Name));
}

/** Of all buses, by name. */
export async function listRules(api: Api, signal?: AbortSignal): Promise<readonly Rule[]> {
  const buses = await listBuses(api, signal);
  const lists = await Promise.all(
    buses.map((EventBusName) =>
      pages(
        api,
        { service: 'events', operation: 'ListRules', list: 'Rules', input: { EventBusName } },
        signal,
      ),
    ),
  );
  return lists
    .flat()
    .map(readRule)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.bus < b.bus ? -1 : 1));
}

/** The rule, and what became of what it sent; undefined where the server does not tell. */
export async function describeRule(
  api: Api,
  { name, bus }: RuleKey,
  signal?: AbortSignal,
): Promise<{ readonly rule: Rule; readonly deliveries: Deliveries | undefined }> {
  const input = { Name: name, EventBusName: bus, Deliveries: {} };
  const answer = await api.json('events', 'DescribeRule', input, signal);
  const told = answer['Deliveries'] as Json | undefined;
  return { rule: readRule(answer), deliveries: told && readDeliveries(told) };
}

export async function listTargets(
  api: Api,
  { name, bus }: RuleKey,
  signal?: AbortSignal,
): Promise<readonly Target[]> {
  const input = { Rule: name, EventBusName: bus };
  return (await pages(
    api,
    { service: 'events', operation: 'ListTargetsByRule', list: 'Targets', input },
    signal,
  )) as readonly Target[];
}

/** Targets first: a rule that has any is not deleted. */
export async function deleteRule(api: Api, key: RuleKey): Promise<void> {
  const ids = (await listTargets(api, key)).map(({ Id }) => Id);
  if (ids.length > 0)
    await api.json('events', 'RemoveTargets', { Rule: key.name, EventBusName: key.bus, Ids: ids });
  await api.json('events', 'DeleteRule', { Name: key.name, EventBusName: key.bus });
}

export async function switchRule(api: Api, { name, bus }: RuleKey, on: boolean): Promise<void> {
  await api.json('events', on ? 'EnableRule' : 'DisableRule', { Name: name, EventBusName: bus });
}

/** What a pattern would have matched: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html, extended by History. */
export type Tried = {
  readonly scanned: number;
  readonly matched: number;
  readonly events: readonly {
    readonly id: string;
    readonly name: string;
    readonly time: number;
    readonly username: string;
  }[];
  readonly next: string | undefined;
};

/** `from` in seconds. */
export async function tryPattern(
  api: Api,
  asked: {
    readonly pattern: string;
    readonly state: RuleState;
    readonly from: number;
    readonly next?: string;
  },
  signal?: AbortSignal,
): Promise<Tried> {
  const History = {
    StartTime: asked.from,
    MaxResults: 10,
    ...(asked.state === 'DISABLED' ? {} : { State: asked.state }),
    ...(asked.next === undefined ? {} : { NextToken: asked.next }),
  };
  const input = { EventPattern: asked.pattern, History };
  const answer = await api.json('events', 'TestEventPattern', input, signal);
  return {
    scanned: Number(answer['Scanned']),
    matched: Number(answer['Matched']),
    events: objects(answer['Events']).map((event) => ({
      id: text(event['EventId']),
      name: text(event['EventName']),
      time: Number(event['EventTime']) * 1000,
      username: text(event['Username']),
    })),
    next: typeof answer['NextToken'] === 'string' ? answer['NextToken'] : undefined,
  };
}

function readRule(rule: Json): Rule {
  return {
    name: text(rule['Name']),
    arn: text(rule['Arn']),
    bus: text(rule['EventBusName']) || 'default',
    pattern: text(rule['EventPattern']),
    schedule: text(rule['ScheduleExpression']),
    description: text(rule['Description']),
    roleArn: text(rule['RoleArn']),
    state: (text(rule['State']) || 'ENABLED') as RuleState,
  };
}

function readDeliveries(told: Json): Deliveries {
  return {
    attempts: objects(told['Attempts']).map((one) => ({
      targetId: text(one['TargetId']),
      at: Date.parse(text(one['At'])),
      took: Number(one['Milliseconds']),
      attempt: Number(one['Attempt']),
      outcome: text(one['Outcome']),
      code: text(one['ErrorCode']),
      message: text(one['ErrorMessage']),
    })),
    waiting: objects(told['Waiting']).map((one) => ({
      targetId: text(one['TargetId']),
      state: text(one['State']),
      count: Number(one['Count']),
    })),
  };
}
