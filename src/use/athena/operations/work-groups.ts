import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { invalidRequest, notBuilt } from '../athena-errors.ts';
import { readLocation } from '../ddl/parse-table.ts';
import type { WorkGroupRow } from '../settings.ts';
import {
  checked,
  description,
  name,
  nextToken,
  own,
  pageOf,
  workGroupArn,
  type Handle,
  type OperationDeps,
} from './athena-operation.ts';
import { readTags, saveTags, tagList } from './tag-list.ts';

/** Workgroups: https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroup.html */

export const PRIMARY = 'primary';
export const ENGINE = {
  SelectedEngineVersion: 'AUTO',
  EffectiveEngineVersion: 'Athena engine version 3',
} as const;

export const encryption = z
  .object({
    EncryptionOption: z.enum(['SSE_S3', 'SSE_KMS']),
    KmsKey: z.string().min(1).max(2048).optional(),
  })
  .refine(({ EncryptionOption, KmsKey }) => (EncryptionOption === 'SSE_KMS') === (KmsKey !== undefined), {
    message: 'KmsKey is for SSE_KMS, and must be there',
  });

export const resultConfiguration = z.object({
  OutputLocation: z.string().min(1).max(2048).optional(),
  EncryptionConfiguration: encryption.optional(),
  ExpectedBucketOwner: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
});

const engineVersion = z.object({
  SelectedEngineVersion: z.enum(['AUTO', 'Athena engine version 3']).optional(),
  EffectiveEngineVersion: z.string().optional(),
});

const common = {
  EnforceWorkGroupConfiguration: z.boolean().optional(),
  PublishCloudWatchMetricsEnabled: z.boolean().optional(),
  BytesScannedCutoffPerQuery: z.number().int().min(10_000_000).optional(),
  RequesterPaysEnabled: z.boolean().optional(),
  EngineVersion: engineVersion.optional(),
};

const configuration = z.object({ ...common, ResultConfiguration: resultConfiguration.optional() });

export type WorkGroupConfiguration = z.output<typeof configuration>;

const updates = z.object({
  ...common,
  RemoveBytesScannedCutoffPerQuery: z.boolean().optional(),
  ResultConfigurationUpdates: resultConfiguration
    .extend({
      RemoveOutputLocation: z.boolean().optional(),
      RemoveEncryptionConfiguration: z.boolean().optional(),
      RemoveExpectedBucketOwner: z.boolean().optional(),
    })
    .optional(),
});

const DEFAULTS: WorkGroupConfiguration = {
  EnforceWorkGroupConfiguration: true,
  PublishCloudWatchMetricsEnabled: false,
  RequesterPaysEnabled: false,
};

/** As `createWorkGroup` has it, for whoever has none: it is always there. */
function primary({ accountId: account, region }: CallContext): WorkGroupRow {
  const own: WorkGroupConfiguration = { ...DEFAULTS, EnforceWorkGroupConfiguration: false };
  const configuration = JSON.stringify(own);
  return {
    account,
    region,
    name: PRIMARY,
    description: null,
    state: 'ENABLED',
    configuration,
    created_at: 0,
  };
}

export async function findWorkGroup(
  { settings }: Pick<OperationDeps, 'settings'>,
  context: CallContext,
  wanted: string,
): Promise<WorkGroupRow> {
  const row = await settings
    .selectFrom('athena_workgroups')
    .selectAll()
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('name', '=', wanted)
    .executeTakeFirst();
  if (row !== undefined) return row;
  if (wanted === PRIMARY) return primary(context);
  throw invalidRequest(`WorkGroup ${wanted} is not found.`, 'WORKGROUP_NOT_FOUND');
}

export function configurationOf({ configuration }: WorkGroupRow): WorkGroupConfiguration {
  return JSON.parse(configuration) as WorkGroupConfiguration;
}

export const createWorkGroup: Handle = async (deps, input, context) => {
  const read = checked(
    {
      Name: name,
      Configuration: configuration.optional(),
      Description: description.optional(),
      Tags: tagList.optional(),
    },
    input,
  );
  context.authorize('athena:CreateWorkGroup', workGroupArn(context, read.Name));
  const kept = { ...DEFAULTS, ...read.Configuration };
  checkConfiguration(kept);
  const tags = readTags(read.Tags ?? []);
  await deps.settings.transaction().execute(async (tx) => {
    const added = await tx
      .insertInto('athena_workgroups')
      .values({
        ...own(context),
        name: read.Name,
        description: read.Description ?? null,
        state: 'ENABLED',
        configuration: JSON.stringify(kept),
        created_at: context.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (read.Name === PRIMARY || (added.numInsertedOrUpdatedRows ?? 0n) === 0n)
      throw invalidRequest('WorkGroup is already created.');
    await saveTags(tx, workGroupArn(context, read.Name), tags);
  });
  return {};
};

function checkConfiguration({
  ResultConfiguration: result,
  RequesterPaysEnabled,
  PublishCloudWatchMetricsEnabled,
}: WorkGroupConfiguration): void {
  if (RequesterPaysEnabled === true) throw notBuilt('RequesterPaysEnabled');
  if (PublishCloudWatchMetricsEnabled === true) throw notBuilt('PublishCloudWatchMetricsEnabled');
  if (result?.OutputLocation !== undefined) readLocation(result.OutputLocation);
}

export const getWorkGroup: Handle = async (deps, input, context) => {
  const { WorkGroup } = checked({ WorkGroup: name }, input);
  context.authorize('athena:GetWorkGroup', workGroupArn(context, WorkGroup));
  const row = await findWorkGroup(deps, context, WorkGroup);
  return {
    WorkGroup: {
      ...summary(row),
      Configuration: { ...configurationOf(row), EngineVersion: ENGINE },
      EngineVersion: undefined,
    },
  };
};

function summary({ name: Name, state, description: told, created_at }: WorkGroupRow) {
  return {
    Name,
    State: state,
    ...(told === null ? {} : { Description: told }),
    CreationTime: new Date(created_at),
    EngineVersion: ENGINE,
  };
}

export const listWorkGroups: Handle = async ({ settings }, input, context) => {
  const read = checked(
    { NextToken: nextToken.optional(), MaxResults: z.number().int().min(1).max(50).optional() },
    input,
  );
  context.authorize('athena:ListWorkGroups', '*');
  const rows = await settings
    .selectFrom('athena_workgroups')
    .selectAll()
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .execute();
  if (!rows.some((row) => row.name === PRIMARY)) rows.push(primary(context));
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const { page, NextToken } = pageOf(rows, (row) => row.name, {
    NextToken: read.NextToken,
    most: read.MaxResults ?? 50,
  });
  return { WorkGroups: page.map(summary), NextToken };
};

export const updateWorkGroup: Handle = async (deps, input, context) => {
  const read = checked(
    {
      WorkGroup: name,
      Description: description.optional(),
      ConfigurationUpdates: updates.optional(),
      State: z.enum(['ENABLED', 'DISABLED']).optional(),
    },
    input,
  );
  context.authorize('athena:UpdateWorkGroup', workGroupArn(context, read.WorkGroup));
  await deps.settings.transaction().execute(async (tx) => {
    const row = await findWorkGroup({ settings: tx }, context, read.WorkGroup);
    const kept = updated(configurationOf(row), read.ConfigurationUpdates ?? {});
    checkConfiguration(kept);
    const changed = {
      description: read.Description ?? row.description,
      state: read.State ?? row.state,
      configuration: JSON.stringify(kept),
    };
    await tx
      .insertInto('athena_workgroups')
      .values({ ...row, ...changed })
      .onConflict((conflict) => conflict.columns(['account', 'region', 'name']).doUpdateSet(changed))
      .execute();
  });
  return {};
};

function updated(
  former: WorkGroupConfiguration,
  { RemoveBytesScannedCutoffPerQuery, ResultConfigurationUpdates, ...given }: z.output<typeof updates>,
): WorkGroupConfiguration {
  const kept: WorkGroupConfiguration = { ...former, ...given };
  if (RemoveBytesScannedCutoffPerQuery === true) delete kept.BytesScannedCutoffPerQuery;
  if (ResultConfigurationUpdates === undefined) return kept;
  const { RemoveOutputLocation, RemoveEncryptionConfiguration, RemoveExpectedBucketOwner, ...more } =
    ResultConfigurationUpdates;
  const result = { ...former.ResultConfiguration, ...more };
  if (RemoveOutputLocation === true) delete result.OutputLocation;
  if (RemoveEncryptionConfiguration === true) delete result.EncryptionConfiguration;
  if (RemoveExpectedBucketOwner === true) delete result.ExpectedBucketOwner;
  return { ...kept, ResultConfiguration: result };
}

export const deleteWorkGroup: Handle = async ({ settings }, input, context) => {
  const read = checked({ WorkGroup: name, RecursiveDeleteOption: z.boolean().optional() }, input);
  context.authorize('athena:DeleteWorkGroup', workGroupArn(context, read.WorkGroup));
  if (read.WorkGroup === PRIMARY) throw invalidRequest('The primary workgroup cannot be deleted.');
  await settings.transaction().execute(async (tx) => {
    await findWorkGroup({ settings: tx }, context, read.WorkGroup);
    const { account, region } = own(context);
    const held = await tx
      .selectFrom('athena_named_queries')
      .select('id')
      .where('account', '=', account)
      .where('region', '=', region)
      .where('workgroup', '=', read.WorkGroup)
      .limit(1)
      .executeTakeFirst();
    const ran = await tx
      .selectFrom('athena_executions')
      .select('id')
      .where('account', '=', account)
      .where('region', '=', region)
      .where('workgroup', '=', read.WorkGroup)
      .limit(1)
      .executeTakeFirst();
    if ((held ?? ran) !== undefined && read.RecursiveDeleteOption !== true)
      throw invalidRequest(`WorkGroup ${read.WorkGroup} is not empty.`);
    for (const table of ['athena_named_queries', 'athena_prepared_statements', 'athena_executions'] as const)
      await tx
        .deleteFrom(table)
        .where('account', '=', account)
        .where('region', '=', region)
        .where('workgroup', '=', read.WorkGroup)
        .execute();
    await tx
      .deleteFrom('athena_workgroups')
      .where('account', '=', account)
      .where('region', '=', region)
      .where('name', '=', read.WorkGroup)
      .execute();
    await tx.deleteFrom('athena_tags').where('arn', '=', workGroupArn(context, read.WorkGroup)).execute();
  });
  return {};
};
