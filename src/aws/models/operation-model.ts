import type { NormalizedSchema } from '@smithy/core/schema';

import type { Protocol } from '../protocols/protocol.ts';

/** One operation as the official client package describes it. */
export type OperationModel = {
  /** Signing name: `ec2`. */
  readonly service: string;
  readonly name: string;
  readonly protocol: Protocol;
  /** REST binding; undefined for RPC protocols. `uri` is the template with its literal query: `/{Bucket}/{Key+}?acl`. */
  readonly http: { readonly method: string; readonly uri: string; readonly code: number } | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
};

export type ServiceModel = {
  readonly service: string;
  /** `2016-11-15`; '' when unknown. */
  readonly apiVersion: string;
  readonly protocol: Protocol;
  readonly xmlNamespace: string | undefined;
  readonly operations: ReadonlyMap<string, OperationModel>;
};

export type Models = {
  /** Loads on first use; undefined when no package is installed for it. */
  readonly load: (service: string) => Promise<ServiceModel | undefined>;
  /** Without waiting: undefined while not (yet) loaded. */
  readonly loaded: (service: string) => ServiceModel | undefined;
  /** Signing names that have an installed package. */
  readonly installed: () => readonly string[];
};
