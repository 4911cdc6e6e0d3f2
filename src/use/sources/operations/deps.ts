import type { CallContext } from '../../../aws/operation.ts';
import type { SourceDeps } from '../deps.ts';
import type { Failing } from '../follow-source.ts';
import type { SourceRow } from '../settings.ts';

/** Operations of our own: `POST /_sources/NAME`, JSON in and out, IAM action `opentrail:NAME`. docs/imports.md lists them. */
export type SourceOperation = {
  readonly name: string;
  readonly handle: (input: Json, context: CallContext) => Promise<Json>;
};

export type Json = Readonly<Record<string, unknown>>;

export type SourceOperationDeps = SourceDeps & {
  readonly follow: (row: SourceRow) => void;
  /** Resolves once nothing of it is taken any more. */
  readonly unfollow: (id: string) => Promise<void>;
  readonly failingOf: (id: string) => Failing | undefined;
};
