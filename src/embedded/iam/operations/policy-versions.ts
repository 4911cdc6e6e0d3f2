import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { encodeStrictly } from '../../../aws/sigv4/canonical-request.ts';
import { deleteConflict, limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { page, paging, policyArn, policyDocument, versionId } from '../iam-input.ts';
import { MANAGED_POLICIES } from '../managed-policies.ts';
import { checkDocument, sizeOf } from '../policy-documents.ts';
import { findPolicy, policyResource } from './find-policy.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';

/** Characters, white space not counted. */
const MAX_SIZE = 6144;
const MAX_VERSIONS = 5;

export function policyVersionOperations(parts: IamParts): Operation[] {
  return [
    createPolicyVersionOperation(parts),
    getPolicyVersionOperation(parts),
    listPolicyVersionsOperation(parts),
    setDefaultPolicyVersionOperation(parts),
    deletePolicyVersionOperation(parts),
  ];
}

function createPolicyVersionOperation(parts: IamParts): Operation {
  return iamOperation('CreatePolicyVersion', {
    input: { PolicyArn: policyArn, PolicyDocument: policyDocument, SetAsDefault: z.boolean().optional() },
    resource: policyResource,
    handle: async (input) => ({ PolicyVersion: await createVersion(parts, input) }),
  });
}

function getPolicyVersionOperation(parts: IamParts): Operation {
  return iamOperation('GetPolicyVersion', {
    input: { PolicyArn: policyArn, VersionId: versionId },
    resource: policyResource,
    handle: async ({ PolicyArn, VersionId }) => {
      const versions = await versionsOf(parts, PolicyArn);
      const found = versions.find((version) => version.VersionId === VersionId);
      if (found === undefined) throw noSuchVersion(PolicyArn, VersionId);
      return { PolicyVersion: { ...found, Document: encodeStrictly(found.Document) } };
    },
  });
}

function listPolicyVersionsOperation(parts: IamParts): Operation {
  return iamOperation('ListPolicyVersions', {
    input: { PolicyArn: policyArn, ...paging },
    resource: policyResource,
    handle: async (input) => {
      const versions = await versionsOf(parts, input.PolicyArn);
      // The newest first, as IAM lists them.
      const shown = page(versions, ({ VersionId }) => String(1e9 - Number(VersionId.slice(1))), input);
      return {
        Versions: shown.items.map(({ VersionId, IsDefaultVersion, CreateDate }) => ({
          VersionId,
          IsDefaultVersion,
          CreateDate,
        })),
        ...shown.paging,
      };
    },
  });
}

function setDefaultPolicyVersionOperation(parts: IamParts): Operation {
  return iamOperation('SetDefaultPolicyVersion', {
    input: { PolicyArn: policyArn, VersionId: versionId },
    resource: policyResource,
    handle: async ({ PolicyArn, VersionId }) => {
      const policy = await findPolicy(parts, PolicyArn);
      const version = numberOf(VersionId);
      const done = await parts.settings
        .updateTable('iam_policies')
        .set({ default_version: version, updated_at: parts.clock.now() })
        .where('id', '=', policy.id)
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('iam_policy_versions')
              .select('version')
              .where('policy_id', '=', policy.id)
              .where('version', '=', version),
          ),
        )
        .executeTakeFirst();
      if (done.numUpdatedRows !== 1n) throw noSuchVersion(PolicyArn, VersionId);
      await parts.directory.refresh(policy.id);
    },
  });
}

function deletePolicyVersionOperation(parts: IamParts): Operation {
  return iamOperation('DeletePolicyVersion', {
    input: { PolicyArn: policyArn, VersionId: versionId },
    resource: policyResource,
    handle: async ({ PolicyArn, VersionId }) => {
      await parts.settings.transaction().execute(async (trx) => {
        const policy = await findPolicy({ settings: trx }, PolicyArn);
        const version = numberOf(VersionId);
        if (version === policy.default_version)
          throw deleteConflict('Cannot delete the default version of a policy.');
        const done = await trx
          .deleteFrom('iam_policy_versions')
          .where('policy_id', '=', policy.id)
          .where('version', '=', version)
          .executeTakeFirst();
        if (done.numDeletedRows !== 1n) throw noSuchVersion(PolicyArn, VersionId);
      });
    },
  });
}

/** Throws LimitExceeded. */
export function checkSize(document: string): void {
  if (sizeOf(document) > MAX_SIZE) throw limitExceeded(`Cannot exceed quota for PolicySize: ${MAX_SIZE}`);
}

type NewVersion = {
  readonly PolicyArn: string;
  readonly PolicyDocument: string;
  readonly SetAsDefault?: boolean | undefined;
};

async function createVersion({ settings, clock, directory }: IamParts, input: NewVersion) {
  const { PolicyArn, PolicyDocument: document, SetAsDefault = false } = input;
  checkDocument(document);
  checkSize(document);
  const now = clock.now();
  const { id, version } = await settings.transaction().execute(async (trx) => {
    const policy = await findPolicy({ settings: trx }, PolicyArn);
    const versions = await trx
      .selectFrom('iam_policy_versions')
      .select('version')
      .where('policy_id', '=', policy.id)
      .execute();
    if (versions.length >= MAX_VERSIONS)
      throw limitExceeded(
        `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
      );
    const next = policy.last_version + 1;
    await trx
      .insertInto('iam_policy_versions')
      .values({ policy_id: policy.id, version: next, document, created_at: now })
      .execute();
    const numbers = {
      last_version: next,
      updated_at: now,
      ...(SetAsDefault ? { default_version: next } : {}),
    };
    await trx.updateTable('iam_policies').set(numbers).where('id', '=', policy.id).execute();
    return { id: policy.id, version: next };
  });
  await directory.refresh(id);
  return { VersionId: `v${version}`, IsDefaultVersion: SetAsDefault, CreateDate: new Date(now) };
}

type Version = {
  readonly VersionId: string;
  readonly IsDefaultVersion: boolean;
  readonly CreateDate: Date;
  readonly Document: string;
};

/** Those of AWS's policies are one each. */
async function versionsOf({ settings }: IamParts, arn: string): Promise<readonly Version[]> {
  const managed = MANAGED_POLICIES.get(arn);
  if (managed !== undefined) {
    const Document = JSON.stringify(managed.document);
    return [{ VersionId: 'v1', IsDefaultVersion: true, CreateDate: managed.createdAt, Document }];
  }
  const policy = await findPolicy({ settings }, arn);
  const rows = await settings
    .selectFrom('iam_policy_versions')
    .selectAll()
    .where('policy_id', '=', policy.id)
    .execute();
  return rows.map(({ version, document, created_at }) => ({
    VersionId: `v${version}`,
    IsDefaultVersion: version === policy.default_version,
    CreateDate: new Date(created_at),
    Document: document,
  }));
}

function numberOf(id: string): number {
  return Number(/^v(\d{1,9})$/.exec(id)?.[1] ?? 0);
}

function noSuchVersion(arn: string, id: string) {
  return noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
}
