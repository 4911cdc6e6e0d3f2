import type { Readable } from 'node:stream';

/**
 * The contract between the endpoint and whoever serves operations (use/*, embedded/*).
 * The endpoint has verified the signature, asked the policies, parsed the input by the model's schema and will write the output by it.
 */
export type Operation = {
  /** Signing name: `cloudtrail`, `s3`, `sts`, `iam`. */
  readonly service: string;
  /** The model's operation name. */
  readonly name: string;
  /** IAM action; defaults to `service:name`. False: no policy is asked (sts:GetCallerIdentity). */
  readonly action?: string | false | undefined;
  /** ARNs that the policy is asked about; default `*`. */
  readonly resources?: ((input: OperationInput, context: CallContext) => readonly string[]) | undefined;
  /** Whether anonymous callers are let through to `authorize`/`handle` (public buckets). Default false. */
  readonly anonymous?: boolean | undefined;
  /** Resource policies that also grant (bucket policy): asked after the identity policies. `undefined`: nothing said. */
  readonly resourcePolicy?:
    ((input: OperationInput, context: CallContext) => Promise<PolicyDocument | undefined>) | undefined;
  /** Owner of the resources, where that may be another account than the caller's (buckets): then both sides must allow. */
  readonly resourceAccount?:
    ((input: OperationInput, context: CallContext) => Promise<string | undefined>) | undefined;
  /** Condition keys of the service's own (`iam:PolicyARN`), beside the global ones. */
  readonly conditionKeys?:
    | ((
        input: OperationInput,
        context: CallContext,
      ) => Promise<Readonly<Record<string, string | readonly string[] | undefined>>>)
    | undefined;
  readonly handle: (input: OperationInput, context: CallContext) => Promise<OperationOutput>;
};

/** Members by the model's names; timestamps are Date, blobs Uint8Array, a streaming payload is a Readable. */
export type OperationInput = Readonly<Record<string, unknown>>;

export type OperationOutput = {
  /** Members by the model's names; a streaming payload is a Readable, Uint8Array or string. */
  readonly output?: Readonly<Record<string, unknown>> | undefined;
  /** JSON protocols: members that the model does not know, as plain JSON values; written beside those of the model. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  /** Where it differs from the model's status (206 for ranges). */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Aborted when the client goes away. */
  readonly after?: (() => Promise<void>) | undefined;
};

export type Principal = {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'FederatedUser' | 'AWSService' | 'Anonymous';
  readonly accountId: string;
  readonly arn: string;
  /** `AIDA…`, `AROA…:session`, or the account id. */
  readonly principalId: string;
  readonly userName: string | undefined;
  readonly accessKeyId: string | undefined;
  /** As CloudTrail's `userIdentity.sessionContext`. */
  readonly sessionContext: Readonly<Record<string, unknown>> | undefined;
  readonly fromConsole: boolean;
  readonly policies: readonly PolicyDocument[];
  /** A session's own policies: it may do only what these allow as well. Undefined: no such limit. */
  readonly sessionPolicies?: readonly PolicyDocument[] | undefined;
  /** Tags of the user or role, for `aws:PrincipalTag/…`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** When the credentials end, ms; undefined for long-lived keys. */
  readonly expiresAt: number | undefined;
};

export type PolicyDocument = Readonly<Record<string, unknown>>;

export type CallContext = {
  readonly principal: Principal;
  /** The caller's account; what it may see unless an extended scope is allowed. */
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
  /** The record's eventID of this very call. */
  readonly eventId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Our own origin as the client called it, e.g. `http://127.0.0.1:4680`. */
  readonly origin: string;
  /** As it was asked, encoded: old clients of queues name them by nothing else. */
  readonly path?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The raw JSON body for JSON protocols: members that the model does not know (our extensions). */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Asks the policies about one more action, and those of its resource where it has one; throws AccessDenied. */
  readonly authorize: (
    action: string,
    resource: string,
    rules?: {
      readonly resourcePolicy?: PolicyDocument | undefined;
      readonly resourceAccount?: string | undefined;
      /** Identity policies allow nothing unless the resource's own policy leaves it to them (keys of KMS). */
      readonly resourceMustAllow?: boolean | undefined;
      /** Condition keys of the service's own, beside those of the call. */
      readonly conditionKeys?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
    },
  ) => void;
  readonly now: number;
  readonly signal: AbortSignal;
};

export type { Readable };
