import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { EVERYBODY, type Catalog, type Listed } from '../catalog.ts';
import type { Findings } from '../findings.ts';
import type { Trials } from '../trial.ts';
import type { Topics } from '../topics.ts';
import type { Detection } from '../detection.ts';

/** Operations of our own: `POST /_detections/NAME`, JSON in and out, IAM action `opentrail:NAME`. docs/detections.md lists them. */
export type DetectionOperation = {
  readonly name: string;
  readonly handle: (input: Json, context: CallContext) => Promise<Json>;
};

export type Json = Readonly<Record<string, unknown>>;

export type OperationDeps = {
  readonly catalog: Catalog;
  readonly findings: Findings;
  readonly trials: Trials;
  readonly topics: Topics;
  /** Throws NotFound or AuthorizationError unless findings of the account may be published there. */
  readonly checkTopic: (account: string, topicArn: string) => Promise<void>;
  /** Throws ValidationException. */
  readonly readRules: (text: string) => readonly Detection[];
  readonly now: () => number;
};

const CODES = { invalid: 'ValidationException', unsupported: 'ValidationException' };

export function checked<Shape extends z.ZodRawShape>(shape: Shape, input: Json) {
  return validateInput(shape, input, CODES);
}

export const scope = z.literal('all').optional();
export const detectionId = z.string().min(1).max(128);
/** Seconds since the epoch. */
export const seconds = z.number().min(0).max(8.64e12);

/** Whose detections: the caller's account's, or with `Scope: "all"` those for everybody. */
export function ownerOf(given: { readonly Scope?: 'all' | undefined }, context: CallContext): string {
  if (given.Scope === undefined) return context.accountId;
  context.authorize('opentrail:AllAccounts', '*');
  return EVERYBODY;
}

/** Whose findings; undefined: of all accounts. */
export function accountOf(
  given: { readonly Scope?: 'all' | undefined },
  context: CallContext,
): string | undefined {
  return ownerOf(given, context) === EVERYBODY ? undefined : context.accountId;
}

/** Throws ResourceNotFoundException. */
export async function detectionOf(catalog: Catalog, owner: string, id: string): Promise<Listed> {
  const found = (await catalog.list(owner)).findLast(({ detection }) => detection.id === id);
  if (found === undefined) throw notFound(`There is no detection ${JSON.stringify(id)}.`);
  return found;
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404 });
}
