import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { firstPage, keyOfToken } from '../../../aws/page-token.ts';
import { SEVERITIES } from '../severity.ts';
import type { FindingRow } from '../settings.ts';
import { shownFinding } from '../shown-finding.ts';
import {
  accountOf,
  checked,
  detectionId,
  notFound,
  scope,
  seconds,
  type DetectionOperation,
  type OperationDeps,
} from './operation.ts';

const STATUSES = ['OPEN', 'ACKNOWLEDGED'] as const;
const findingId = z.guid();

export function findingOperations(deps: OperationDeps): readonly DetectionOperation[] {
  return [listFindings(deps), getFinding(deps), updateFindings(deps)];
}

function listFindings({ findings }: OperationDeps): DetectionOperation {
  return {
    name: 'ListFindings',
    handle: async (input, context) => {
      const given = checked(
        {
          Status: z.enum(STATUSES).optional(),
          DetectionId: detectionId.optional(),
          Severity: z.enum(SEVERITIES).optional(),
          StartTime: seconds.optional(),
          EndTime: seconds.optional(),
          Scope: scope,
          MaxResults: z.number().int().min(1).max(1000).optional(),
          NextToken: z.string().max(200).optional(),
        },
        input,
      );
      const most = given.MaxResults ?? 100;
      const rows = await findings.list({
        account: accountOf(given, context),
        status: given.Status,
        detection: given.DetectionId,
        severity: given.Severity,
        from: given.StartTime === undefined ? undefined : given.StartTime * 1000,
        to: given.EndTime === undefined ? undefined : given.EndTime * 1000,
        after: given.NextToken === undefined ? undefined : readToken(given.NextToken),
        limit: most + 1,
      });
      const { items, next } = firstPage(rows, keyOf, most);
      return { Findings: items.map(shownFinding), NextToken: next };
    },
  };
}

function getFinding({ findings }: OperationDeps): DetectionOperation {
  return {
    name: 'GetFinding',
    handle: async (input, context) => {
      const given = checked({ FindingId: findingId, Scope: scope }, input);
      const account = accountOf(given, context);
      const row = await findings.byId(given.FindingId);
      if (row === undefined || (account !== undefined && row.account !== account))
        throw notFound(`There is no finding ${JSON.stringify(given.FindingId)}.`);
      return { Finding: shownFinding(row) };
    },
  };
}

function updateFindings({ findings, now }: OperationDeps): DetectionOperation {
  return {
    name: 'UpdateFindings',
    handle: async (input, context) => {
      const given = checked(
        {
          FindingIds: z.array(findingId).min(1).max(100),
          Status: z.enum(STATUSES),
          Note: z.string().max(1000).optional(),
          Scope: scope,
        },
        input,
      );
      const account = accountOf(given, context);
      for (const id of given.FindingIds) {
        const row = await findings.byId(id);
        if (row === undefined || (account !== undefined && row.account !== account))
          throw notFound(`There is no finding ${JSON.stringify(id)}.`);
      }
      await findings.mark(given.FindingIds, {
        status: given.Status,
        note: given.Note,
        by: context.principal.arn,
        at: now(),
      });
      return {};
    },
  };
}

function keyOf({ last_at, id }: FindingRow): string {
  return `${last_at}/${id}`;
}

function readToken(token: string): { at: number; id: string } {
  const bad = () => new AwsError('ValidationException', 'NextToken: is not one that ListFindings gave.');
  const match = /^(\d{1,16})\/([0-9a-f-]{36})$/.exec(keyOfToken(token, bad));
  if (match?.[1] === undefined || match[2] === undefined) throw bad();
  return { at: Number(match[1]), id: match[2] };
}
