import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Listed } from '../catalog.ts';
import type { Detection } from '../detection.ts';
import {
  accountOf,
  checked,
  detectionId,
  detectionOf,
  notFound,
  ownerOf,
  scope,
  seconds,
  type DetectionOperation,
  type OperationDeps,
} from './operation.ts';
import { shownFinding } from '../shown-finding.ts';

const WEEK = 7 * 24 * 3600;
const rule = z.string().min(1).max(100_000);

export function detectionOperations(deps: OperationDeps): readonly DetectionOperation[] {
  return [
    listDetections(deps),
    getDetection(deps),
    updateDetections(deps),
    importDetections(deps),
    deleteDetection(deps),
    testDetections(deps),
  ];
}

function listDetections({ catalog, findings }: OperationDeps): DetectionOperation {
  return {
    name: 'ListDetections',
    handle: async (input, context) => {
      const given = checked({ Scope: scope }, input);
      const open = await findings.openCounts(accountOf(given, context));
      const listed = await catalog.list(ownerOf(given, context));
      return {
        Detections: listed.map((one) => ({ ...shown(one), OpenFindings: open.get(one.detection.id) ?? 0 })),
      };
    },
  };
}

function getDetection({ catalog, findings }: OperationDeps): DetectionOperation {
  return {
    name: 'GetDetection',
    handle: async (input, context) => {
      const given = checked({ DetectionId: detectionId, Scope: scope }, input);
      const one = await detectionOf(catalog, ownerOf(given, context), given.DetectionId);
      const open = await findings.openCounts(accountOf(given, context));
      const { why, next, falsePositives, references, text } = one.detection;
      return {
        Detection: {
          ...shown(one),
          OpenFindings: open.get(one.detection.id) ?? 0,
          Why: why,
          Next: next,
          FalsePositives: falsePositives,
          References: references,
          Text: text,
        },
      };
    },
  };
}

function updateDetections({ catalog }: OperationDeps): DetectionOperation {
  return {
    name: 'UpdateDetections',
    handle: async (input, context) => {
      const given = checked(
        { DetectionIds: z.array(detectionId).min(1).max(1000), Enabled: z.boolean(), Scope: scope },
        input,
      );
      const owner = ownerOf(given, context);
      const known = await catalog.list(owner);
      const wanted = given.DetectionIds.flatMap((id) =>
        id === 'all' ? known.map((one) => one.detection.id) : [id],
      );
      const unknown = wanted.filter((id) => !known.some((one) => one.detection.id === id));
      if (unknown.length > 0) throw notFound(`There is no detection ${JSON.stringify(unknown[0])}.`);
      await catalog.enable(owner, [...new Set(wanted)], given.Enabled);
      return { DetectionIds: [...new Set(wanted)] };
    },
  };
}

function importDetections({ catalog, readRules }: OperationDeps): DetectionOperation {
  return {
    name: 'ImportDetections',
    handle: async (input, context) => {
      const given = checked(
        { Rules: z.array(rule).min(1).max(500), Enabled: z.boolean().optional(), Scope: scope },
        input,
      );
      const owner = ownerOf(given, context);
      const known = await catalog.list(owner);
      const rules = given.Rules.flatMap(readRules);
      for (const { id } of rules)
        if (known.some((one) => one.detection.id === id && one.importedBy !== owner))
          throw new AwsError(
            'ConflictException',
            `There is another detection ${JSON.stringify(id)} already.`,
          );
      await catalog.add(owner, rules);
      if (given.Enabled !== false)
        await catalog.enable(
          owner,
          rules.map(({ id }) => id),
          true,
        );
      return { DetectionIds: rules.map(({ id }) => id) };
    },
  };
}

function deleteDetection({ catalog }: OperationDeps): DetectionOperation {
  return {
    name: 'DeleteDetection',
    handle: async (input, context) => {
      const given = checked({ DetectionId: detectionId, Scope: scope }, input);
      const owner = ownerOf(given, context);
      const { importedBy } = await detectionOf(catalog, owner, given.DetectionId);
      if (importedBy !== owner)
        throw new AwsError(
          'ValidationException',
          `DetectionId: ${JSON.stringify(given.DetectionId)} was not imported by this account: it can be disabled, not deleted.`,
        );
      await catalog.remove(owner, given.DetectionId);
      return {};
    },
  };
}

function testDetections(deps: OperationDeps): DetectionOperation {
  return {
    name: 'TestDetections',
    handle: async (input, context) => {
      const given = checked(
        {
          DetectionIds: z.array(detectionId).min(1).max(100).optional(),
          Rules: z.array(rule).min(1).max(100).optional(),
          StartTime: seconds.optional(),
          EndTime: seconds.optional(),
          KeepFindings: z.boolean().optional(),
          MaxResults: z.number().int().min(1).max(1000).optional(),
          Scope: scope,
        },
        input,
      );
      const owner = ownerOf(given, context);
      if (given.KeepFindings) context.authorize('opentrail:UpdateFindings', '*');
      const end = Math.floor(given.EndTime ?? deps.now() / 1000);
      const { findings, scanned, completeFrom } = await deps.trials({
        detections: await tried(deps, given, owner),
        owner,
        account: accountOf(given, context),
        from: Math.floor(given.StartTime ?? end - WEEK),
        to: end,
        keep: given.KeepFindings ?? false,
        signal: context.signal,
      });
      const counts = new Map<string, number>();
      for (const { detection } of findings) counts.set(detection, (counts.get(detection) ?? 0) + 1);
      return {
        Findings: findings.slice(0, given.MaxResults ?? 100).map(shownFinding),
        Counts: [...counts].map(([DetectionId, Count]) => ({ DetectionId, Count })),
        ScannedEvents: scanned,
        ...(completeFrom === undefined ? {} : { CompleteFrom: new Date(completeFrom * 1000).toISOString() }),
      };
    },
  };
}

async function tried(
  { catalog, readRules }: OperationDeps,
  given: {
    readonly DetectionIds?: readonly string[] | undefined;
    readonly Rules?: readonly string[] | undefined;
  },
  owner: string,
): Promise<readonly Detection[]> {
  const listed = await catalog.list(owner);
  const named: Detection[] = [];
  for (const id of given.DetectionIds ?? [])
    if (id === 'all') named.push(...listed.map(({ detection }) => detection));
    else named.push((await detectionOf(catalog, owner, id)).detection);
  const all = [...named, ...(given.Rules ?? []).flatMap(readRules)];
  if (all.length > 0) return all;
  throw new AwsError('ValidationException', 'DetectionIds: which? Give their ids, "all", or Rules.');
}

function shown({ detection, importedBy, enabled }: Listed) {
  const { id, title, severity, attack, kind } = detection;
  return {
    DetectionId: id,
    Title: title,
    Severity: severity,
    Attack: attack,
    Kind: kind === 'pack' ? 'PACK' : 'SIGMA',
    Enabled: enabled,
    ...(importedBy === undefined ? {} : { ImportedBy: importedBy }),
  };
}
