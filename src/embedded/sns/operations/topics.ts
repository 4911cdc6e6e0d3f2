import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { topicArn, TOPIC_NAME } from '../arns.ts';
import type { TopicRow } from '../settings.ts';
import { invalidParameter, limitExceeded, notBuilt } from '../sns-errors.ts';
import { readTopicAttribute, topicAttributes } from '../topic-attributes.ts';
import { defaultPolicy } from '../topic-policy.ts';
import type { Tag } from '../../../store/settings/tag-rows.ts';
import { putTags, topicTags } from '../tag-store.ts';
import { deleteTopic, findTopic, topicAt } from '../topic-store.ts';
import { ASKED, pageOf, startOf } from './paging.ts';
import { accountOperation, conditionKeysOf, topicOperation, type SnsParts } from './sns-operation.ts';
import { tagList } from './tags.ts';

/** https://docs.aws.amazon.com/general/latest/gr/sns.html */
const MOST_TOPICS = 100_000;

export function topicOperations(parts: SnsParts): readonly Operation[] {
  const { settings } = parts;
  return [
    createTopic(parts),
    topicOperation(parts, 'DeleteTopic', {
      input: { TopicArn: z.string() },
      // Deleting what is not there is no mistake, as in AWS.
      handle: ({ TopicArn }) => deleteTopic(settings, TopicArn),
    }),
    topicOperation(parts, 'GetTopicAttributes', {
      input: { TopicArn: z.string() },
      handle: async ({ TopicArn }) => ({
        Attributes: await topicAttributes(settings, await topicAt(settings, TopicArn)),
      }),
    }),
    topicOperation(parts, 'SetTopicAttributes', {
      input: { TopicArn: z.string(), AttributeName: z.string(), AttributeValue: z.string().default('') },
      handle: async ({ TopicArn, AttributeName, AttributeValue }) => {
        const topic = await topicAt(settings, TopicArn);
        const change = readTopicAttribute(topic, AttributeName, AttributeValue);
        if (Object.keys(change).length === 0) return;
        await settings.updateTable('sns_topics').set(change).where('arn', '=', TopicArn).execute();
      },
    }),
    listTopics(parts),
  ];
}

const createInput = {
  Name: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  Tags: tagList.default([]),
  DataProtectionPolicy: z.string().optional(),
};

/** Making what is there already answers its ARN, unless its attributes or tags are asked to be others. https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
function createTopic(parts: SnsParts): Operation {
  const arnOf = (name: unknown, { region, accountId }: { region: string; accountId: string }) =>
    topicArn({ partition: 'aws', region, account: accountId, name: String(name) });
  return {
    service: 'sns',
    name: 'CreateTopic',
    action: 'SNS:CreateTopic',
    resources: (input, context) => [arnOf(input['Name'], context)],
    conditionKeys: (input) => conditionKeysOf(parts.settings, input, undefined),
    handle: async (input, context) => {
      const { Name, Attributes, Tags, DataProtectionPolicy } = validateInput(createInput, input);
      if (Name.endsWith('.fifo')) throw notBuilt('Topic Name', 'FIFO topics');
      if (!TOPIC_NAME.test(Name)) throw invalidParameter('Topic Name');
      if (DataProtectionPolicy !== undefined)
        throw notBuilt('DataProtectionPolicy', 'data protection policies');
      const arn = arnOf(Name, context);
      const wanted = newTopic(
        { arn, name: Name, account: context.accountId, region: context.region },
        Attributes,
      );
      await create(parts, wanted, { given: Attributes, tags: Tags });
      return { output: { TopicArn: arn } };
    },
  };
}

function newTopic(
  named: Pick<TopicRow, 'arn' | 'name' | 'account' | 'region'>,
  attributes: Readonly<Record<string, string>>,
): Omit<TopicRow, 'created_at'> {
  const changes = Object.entries(attributes).map(([name, value]) => readTopicAttribute(named, name, value));
  return Object.assign(
    {
      ...named,
      policy: defaultPolicy(named.arn, named.account),
      display_name: '',
      signature_version: '1',
      signature_version_set: 0,
      delivery_policy: null,
      subscriptions_deleted: 0,
    },
    ...changes,
  ) as Omit<TopicRow, 'created_at'>;
}

async function create(
  { settings, clock }: SnsParts,
  wanted: Omit<TopicRow, 'created_at'>,
  { given, tags }: { readonly given: Readonly<Record<string, string>>; readonly tags: readonly Tag[] },
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    const before = await findTopic(tx, wanted.arn);
    if (before !== undefined) {
      const has = await topicAttributes(tx, before);
      const differs = Object.entries(given).some(
        ([name, value]) => name !== 'FifoTopic' && has[name] !== value,
      );
      if (differs) throw invalidParameter('Attributes', 'Topic already exists with different attributes');
      const kept = new Map((await topicTags.of(tx, wanted.arn)).map(({ Key, Value }) => [Key, Value]));
      if (tags.some(({ Key, Value }) => kept.get(Key) !== Value))
        throw invalidParameter('Tags', 'Topic already exists with different tags');
      return;
    }
    const { count } = await tx
      .selectFrom('sns_topics')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('account', '=', wanted.account)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MOST_TOPICS)
      throw limitExceeded('TopicLimitExceeded', 'You have reached the limit of topics for your account.');
    await tx
      .insertInto('sns_topics')
      .values({ ...wanted, created_at: clock.now() })
      .execute();
    await putTags(tx, wanted.arn, tags);
  });
}

function listTopics({ settings }: SnsParts): Operation {
  return accountOperation('ListTopics', {
    input: { NextToken: z.string().optional() },
    handle: async ({ NextToken }, { accountId, region }) => {
      const rows = await settings
        .selectFrom('sns_topics')
        .select('arn')
        .where('account', '=', accountId)
        .where('region', '=', region)
        .where('arn', '>', startOf(NextToken))
        .orderBy('arn')
        .limit(ASKED)
        .execute();
      const { items, next } = pageOf(rows, (row) => row.arn);
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken: next };
    },
  });
}
