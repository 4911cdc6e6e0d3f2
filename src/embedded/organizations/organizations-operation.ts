import type { z } from 'zod';

import type { CallContext, Operation, OperationOutput } from '../../aws/operation.ts';
import type { Clock } from '../../base/clock.ts';
import type { OrganizationsSettings } from './directory.ts';
import { readInput } from './input.ts';

/** What the operations work on. */
export type OrganizationsParts = {
  readonly settings: OrganizationsSettings;
  readonly clock: Clock;
  /** config.account_id, and its administrator's e-mail as far as there is one. */
  readonly accountId: string;
  /** Tells who listens that an organization, its accounts or whom it trusts changed; resolves when they know. */
  readonly changed: () => Promise<void>;
};

type Definition<Shape extends z.ZodRawShape> = {
  readonly input: Shape;
  /** Whether an organization's accounts, trusted services or administrators change. */
  readonly changes?: boolean;
  readonly handle: (
    input: z.output<z.ZodObject<Shape>>,
    context: CallContext,
  ) => Promise<OperationOutput['output'] | void>;
};

/** An operation of Organizations whose input is validated before it is handled. */
export function organizationsOperation<Shape extends z.ZodRawShape>(
  parts: Pick<OrganizationsParts, 'changed'>,
  name: string,
  { input: shape, changes = false, handle }: Definition<Shape>,
): Operation {
  return {
    service: 'organizations',
    name,
    handle: async (input, context) => {
      const output = (await handle(readInput(shape, input), context)) ?? {};
      if (changes) await parts.changed();
      return { output };
    },
  };
}
