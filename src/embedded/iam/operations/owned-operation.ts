import type { z } from 'zod';

import type { Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { entityResource, type EntityKind } from './entity.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';

/** The member that names whom an operation is about, and the ARN that the policies are then asked about. */
export type Owner = {
  readonly member: string;
  readonly schema: z.ZodString;
  readonly resource: (input: OperationInput) => string;
};

type Definition<Shape extends z.ZodRawShape> = {
  /** The other members. */
  readonly input: Shape;
  readonly handle: (
    input: z.output<z.ZodObject<Shape>>,
    owner: string,
  ) => Promise<OperationOutput['output'] | void>;
};

/** An operation that several kinds of things have alike, but for a word. */
export function ownedOperation<Shape extends z.ZodRawShape>(
  name: string,
  { member, schema, resource }: Owner,
  { input, handle }: Definition<Shape>,
): Operation {
  return iamOperation(name, {
    // The member's name is known only here; whoever handles the operation is given its value apart.
    input: { ...input, [member]: schema } as Shape,
    resource,
    handle: async (parsed) => handle(parsed, String((parsed as OperationInput)[member])),
  });
}

export function ownerOf(parts: IamParts, kind: EntityKind): Owner {
  return { member: kind.member, schema: kind.name, resource: entityResource(parts, kind) };
}
