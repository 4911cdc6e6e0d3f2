import type { NormalizedSchema } from '@smithy/core/schema';

import type { Protocol } from '../protocols/protocol.ts';

/** What holds for every operation of one client package. */
export type PackageModel = {
  /** `com.amazonaws.ec2#…` without the operation: the namespace of the shapes. */
  readonly namespace: string;
  /** `2016-11-15`; '' when unknown. */
  readonly apiVersion: string;
  /** What the official JavaScript client speaks; others may choose differently for the same service. */
  readonly protocol: Protocol;
  /** `1.0` or `1.1`, for the content type of JSON answers. */
  readonly jsonVersion: '1.0' | '1.1';
  readonly xmlNamespace: string | undefined;
  /** What stands before the last dot of X-Amz-Target: `CloudTrail_20131101`; undefined when the package does not say. */
  readonly targetPrefix: string | undefined;
  /** `EC2`, `SESv2`: tells packages with the same signing name apart. */
  readonly serviceId: string;
  /** Errors whose code on the wire is not the name of their shape, by code: `NoSuchEntity` → `NoSuchEntityException`. */
  readonly errorNames: ReadonlyMap<string, string>;
};

/** What an installed client package says of itself, without being loaded. */
export type KnownPackage = Omit<PackageModel, 'errorNames'> & {
  /** `@aws-sdk/client-ec2`. */
  readonly specifier: string;
  /** Where it is installed. */
  readonly folder: string;
  readonly signingName: string;
  /** A JSON service that older clients still speak to by query (SQS, CloudWatch). */
  readonly queryCompatible: boolean;
};

/** One operation as the official client package describes it. */
export type OperationModel = {
  /** Signing name: `ec2`. */
  readonly service: string;
  readonly name: string;
  /** Under which the operation is parsed and answered; `modelOf` gives it under the protocol that a request shows. */
  readonly protocol: Protocol;
  /** REST binding; undefined for RPC protocols. `uri` is the template with its literal query: `/{Bucket}/{Key+}?acl`. */
  readonly http: { readonly method: string; readonly uri: string; readonly code: number } | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  readonly package: PackageModel;
};

/** One signing name. Where several packages share it (ses and sesv2), `operations` is their union, the first package's winning. */
export type ServiceModel = {
  readonly service: string;
  /** `2016-11-15`; '' when unknown. */
  readonly apiVersion: string;
  readonly protocol: Protocol;
  readonly xmlNamespace: string | undefined;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** One per package, for callers that must tell them apart. */
  readonly packages: readonly {
    readonly package: PackageModel;
    readonly operations: ReadonlyMap<string, OperationModel>;
  }[];
};

export type Models = {
  /** Loads on first use; undefined when no package is installed for it. */
  readonly load: (service: string) => Promise<ServiceModel | undefined>;
  /** Without waiting: undefined while not (yet) loaded. */
  readonly loaded: (service: string) => ServiceModel | undefined;
  /** Signing names that have an installed package. */
  readonly installed: () => readonly string[];
  /** What the installed packages say of themselves, without loading them. */
  readonly packages: () => readonly KnownPackage[];
};
