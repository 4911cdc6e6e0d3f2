import { z } from 'zod';

import { parseArn } from '../../../aws/arn.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { parseBusArn } from '../arns.ts';
import { findBus } from '../buses.ts';
import { arn, checked, tags } from '../input.ts';
import { invalid, notFound } from '../rule-errors.ts';
import type { RuleSettings } from '../settings.ts';
import { eventTags, readTags, saveTags } from '../tags.ts';
import type { Handle } from './rule-operation.ts';

/** Of rules and buses, as in AWS. */
export const tagResource: Handle = async ({ settings }, input, context) => {
  const given = checked({ ResourceARN: arn, Tags: tags }, input);
  const wanted = readTags(given.Tags);
  await settings.transaction().execute(async (tx) => {
    await existing(tx, given.ResourceARN, context);
    await saveTags(tx, given.ResourceARN, wanted);
  });
  return { output: {} };
};

export const untagResource: Handle = async ({ settings }, input, context) => {
  const given = checked({ ResourceARN: arn, TagKeys: z.array(z.string().min(1).max(128)) }, input);
  await existing(settings, given.ResourceARN, context);
  await eventTags.drop(settings, given.ResourceARN, given.TagKeys);
  return { output: {} };
};

export const listTagsForResource: Handle = async ({ settings }, input, context) => {
  const given = checked({ ResourceARN: arn }, input);
  await existing(settings, given.ResourceARN, context);
  return { output: { Tags: await eventTags.of(settings, given.ResourceARN) } };
};

/** Throws ResourceNotFoundException, for what is another account's too. */
async function existing(settings: RuleSettings, text: string, context: CallContext): Promise<void> {
  const named = parseArn(text);
  if (named?.service !== 'events' || !/^(rule|event-bus)\//.test(named.resource))
    throw invalid(`Parameter ${text} is not valid. Reason: Provided Arn is not in correct format.`);
  const isOwn = named.account === context.accountId && named.region === context.region;
  const bus = parseBusArn(text);
  if (bus !== undefined) {
    if (isOwn && (await findBus(settings, bus)) !== undefined) return;
    throw notFound(`Event bus ${bus.name} does not exist.`);
  }
  const rule = await settings
    .selectFrom('event_rules')
    .select('id')
    .where('arn', '=', text)
    .executeTakeFirst();
  if (!isOwn || rule === undefined)
    throw notFound(
      `Rule ${named.resource.split('/').slice(1).join('/')} does not exist on EventBus default.`,
    );
}
