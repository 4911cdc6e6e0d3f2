import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { addPermission, policyOf, removePermission } from '../function-policy.ts';
import { nothingThere } from '../lambda-errors.ts';
import { functionOperation, type LambdaParts } from './lambda-operation.ts';

/** Who may invoke a function, beside those whom their own policies let. https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
export function permissionOperations(parts: LambdaParts): readonly Operation[] {
  const { settings } = parts;
  const FunctionName = z.string();
  const Qualifier = z.string().optional();
  const StatementId = z.string().regex(/^[a-zA-Z0-9-_]{1,100}$/);
  const RevisionId = z.string().max(100).optional();
  return [
    functionOperation(parts, 'AddPermission', {
      input: {
        FunctionName,
        Qualifier,
        StatementId,
        RevisionId,
        Action: z.string().regex(/^(lambda:(\*|[a-zA-Z]+)|\*)$/),
        Principal: z.string().min(1).max(2048),
        SourceArn: z
          .string()
          .regex(/^arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9-])+:([a-z0-9-]*):(\d{12})?:(.{1,1024})$/)
          .optional(),
        SourceAccount: z
          .string()
          .regex(/^\d{12}$/)
          .optional(),
      },
      handle: async (input, _context, { arn }) => {
        const added = await addPermission(settings, arn, {
          id: input.StatementId,
          action: input.Action,
          principal: input.Principal,
          sourceArn: input.SourceArn,
          sourceAccount: input.SourceAccount,
          revision: input.RevisionId,
        });
        return { output: { Statement: JSON.stringify(added) } };
      },
    }),
    functionOperation(parts, 'RemovePermission', {
      input: { FunctionName, Qualifier, StatementId, RevisionId },
      handle: async (input, _context, { arn }) => {
        await removePermission(settings, arn, { id: input.StatementId, revision: input.RevisionId });
        return {};
      },
    }),
    functionOperation(parts, 'GetPolicy', {
      input: { FunctionName, Qualifier },
      handle: async (_input, _context, { arn }) => {
        const row = await policyOf(settings, arn);
        if (row === undefined) throw nothingThere();
        return { output: { Policy: row.policy, RevisionId: row.revision } };
      },
    }),
  ];
}
