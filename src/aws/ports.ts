import type { CallContext } from './operation.ts';

/**
 * What features need of other AWS services, as contracts. An embedded stand-in or a real service behind an endpoint fulfils them;
 * which one is decided in app.ts. Failures are AwsError with the service's own code (`NoSuchBucket`, `AccessDenied`, …).
 */
export type ObjectMetadata = Readonly<Record<string, string>>;

export type PutObject = {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding?: string | undefined;
  readonly metadata?: ObjectMetadata | undefined;
  readonly acl?: string | undefined;
  /** SSE-KMS with this key; else as the bucket would have it. */
  readonly kms?: KmsEncryption | undefined;
  /** For whom the service acts: what a bucket policy's aws:SourceArn and aws:SourceAccount are compared with. */
  readonly source?: { readonly arn: string; readonly accountId: string } | undefined;
};

/** How an object is encrypted with a key of KMS. The context goes beside `aws:s3:arn`, which S3 adds itself. */
export type KmsEncryption = { readonly keyArn: string; readonly context: EncryptionContext };

export type ListedObject = {
  readonly key: string;
  readonly size: number;
  readonly lastModified: number;
  readonly etag: string;
};

/** S3, as a trail's delivery and its verification need it. */
export type BucketPort = {
  readonly exists: (bucket: string) => Promise<boolean>;
  readonly put: (object: PutObject) => Promise<void>;
  readonly get: (object: {
    readonly bucket: string;
    readonly key: string;
  }) => Promise<{ readonly body: Uint8Array; readonly metadata: ObjectMetadata }>;
  /** Keys in order under a prefix, a page at a time, starting after `startAfter`. */
  readonly list: (query: {
    readonly bucket: string;
    readonly prefix: string;
    readonly startAfter?: string | undefined;
  }) => AsyncIterable<ListedObject>;
  /** Whether `principal` may do `action`; throws AccessDenied or NoSuchBucket. Embedded buckets read the policy, foreign ones are tried with a test write. */
  readonly checkDelivery: (check: {
    readonly bucket: string;
    readonly keyPrefix: string;
    readonly trailArn: string;
    readonly accountId: string;
    /** Whether it may with that encryption. */
    readonly kms?: KmsEncryption | undefined;
    /** `o-…`: whether it may do so below `AWSLogs/o-…/` too. */
    readonly organization?: string | undefined;
    /** What is delivered, as the folder below the account says: `CloudTrail` (default), `CloudTrail-Lake`. */
    readonly kind?: string | undefined;
  }) => Promise<void>;
  /**
   * Whether the account, as whom `principal` names, may list and read below the prefix, as far as the bucket says it: embedded buckets read their
   * policy, foreign ones are tried. Throws NoSuchBucket, AccessDenied, PermanentRedirect where the bucket is in another region.
   */
  readonly checkRead: (check: {
    readonly bucket: string;
    readonly prefix: string;
    readonly account: string;
    /** ARN of a role or user. Undefined: whoever signs. */
    readonly principal: string | undefined;
    readonly region?: string | undefined;
  }) => Promise<void>;
  /** The bucket's region; undefined where that is not known. */
  readonly region: (bucket: string) => Promise<string | undefined>;
};

/** The keys by which CloudTrail signs what it delivers, and which ListPublicKeys shows: RSA, SHA-256, PKCS #1 v1.5. */
export type DeliverySigner = {
  /** With the key that is valid at `at` (milliseconds), which is made where there is none. */
  readonly sign: (
    text: string,
    at: number,
  ) => Promise<{ readonly signature: Uint8Array; readonly fingerprint: string }>;
};

/** Who has a service use buckets for them. */
export type BucketCaller = Pick<CallContext, 'principal' | 'accountId' | 'region' | 'authorize'>;

/** S3, as a caller uses it by way of a service (Athena): with no more than the caller's own rights. */
export type CallerBucketPort = {
  /** Which S3 this is: the same name, the same buckets. */
  readonly name: string;
  /**
   * Objects under a prefix in the order of their keys, starting after `startAfter`, as far as they are wanted; all of them the caller may read.
   * Throws AccessDenied at the first that it may not, or may not decrypt; NoSuchBucket.
   */
  readonly readable: (
    query: Parameters<BucketPort['list']>[0] & {
      readonly wanted: (object: ListedObject) => boolean;
      /** The last key; exclusive. */
      readonly before?: string | undefined;
    },
    caller: BucketCaller,
  ) => AsyncIterable<ListedObject>;
  /** Throws AccessDenied, NoSuchKey, NoSuchBucket. */
  readonly get: (
    object: { readonly bucket: string; readonly key: string },
    caller: BucketCaller,
  ) => Promise<Uint8Array>;
  readonly put: (object: PutObject, caller: BucketCaller) => Promise<void>;
  /** Whether the caller may put that object. Throws AccessDenied, NoSuchBucket. */
  readonly checkPut: (
    object: { readonly bucket: string; readonly key: string },
    caller: BucketCaller,
  ) => Promise<void>;
};

/** An AWS service that acts for one of its own resources: what resource policies' Principal, aws:SourceArn and aws:SourceAccount are compared with. */
export type ServiceSource = {
  /** `cloudtrail.amazonaws.com`. */
  readonly service: string;
  readonly arn: string;
  readonly accountId: string;
};

/** SNS, as those need it who tell of something: trails of their deliveries, rules of events. */
export type TopicPort = {
  /** Resolves once the message is accepted. Throws NotFound, AuthorizationError, InvalidParameter, ServiceUnavailable. */
  readonly publish: (notice: {
    readonly topicArn: string;
    readonly message: string;
    readonly subject?: string | undefined;
    readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
    readonly source: ServiceSource;
    /** What was published under the same one within a day is not published twice, where SNS is served here; another's cannot tell. */
    readonly token?: string | undefined;
  }) => Promise<void>;
  /** Whether the source may publish. Throws NotFound or AuthorizationError. */
  readonly checkPublish: (check: {
    readonly topicArn: string;
    readonly source: ServiceSource;
  }) => Promise<void>;
};

/** `Type`: String, Number, Binary (then `Value` is base64) or a type that begins with one of these. */
export type MessageAttribute = { readonly Type: string; readonly Value: string };

/** SQS, as those need it who send: topics, buckets, rules. */
export type QueuePort = {
  /** Throws AccessDenied unless the queue's policy lets the source send; QueueDoesNotExist, ServiceUnavailable. */
  readonly send: (message: {
    readonly queueArn: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, MessageAttribute>>;
    /** Of FIFO queues. */
    readonly groupId?: string | undefined;
    readonly source: ServiceSource;
  }) => Promise<void>;
  /** Whether the source may send. Throws AccessDenied, QueueDoesNotExist. */
  readonly checkSend: (check: { readonly queueArn: string; readonly source: ServiceSource }) => Promise<void>;
};

/** SQS, as those need it who receive. The queue's policy is not asked: whoever receives for a caller asks the caller's. */
export type QueueReaderPort = {
  /** Throws QueueDoesNotExist, AccessDenied, ServiceUnavailable. */
  readonly check: (queueArn: string) => Promise<void>;
  /** Up to 10 messages; waits for the first. None where the signal aborts. Throws as `check`. */
  readonly receive: (asked: {
    readonly queueArn: string;
    /** 0 to 20. */
    readonly waitSeconds: number;
    /** For how long nobody else gets them. */
    readonly visibilitySeconds: number;
    readonly signal: AbortSignal;
  }) => Promise<readonly ReceivedMessage[]>;
  /** Up to 10. What has been deleted already is no error. */
  readonly delete: (given: {
    readonly queueArn: string;
    readonly handles: readonly string[];
  }) => Promise<void>;
};

export type ReceivedMessage = {
  readonly id: string;
  readonly body: string;
  readonly handle: string;
  /** How often it was received, this time included. */
  readonly receives: number;
};

/** Lambda, as those need it who hand events to functions: rules, topics, buckets, subscription filters. */
export type FunctionPort = {
  /**
   * Invokes asynchronously: resolves once Lambda has accepted the event, which it then tries up to three times by itself. Throws
   * ResourceNotFoundException (no such function), AccessDeniedException (its policy does not let the source invoke it),
   * InvalidRequestContentException (not JSON), RequestTooLargeException (over 1 MB), TooManyRequestsException and ServiceException, after
   * which the event may be sent again. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
   */
  readonly invoke: (event: {
    /** With or without a version or alias at its end. */
    readonly functionArn: string;
    /** JSON. */
    readonly payload: string;
    readonly source: ServiceSource;
  }) => Promise<void>;
  /** Whether the source may invoke it. Throws ResourceNotFoundException, AccessDeniedException. */
  readonly checkInvoke: (check: {
    readonly functionArn: string;
    readonly source: ServiceSource;
  }) => Promise<void>;
};

/** EventBridge, as services of AWS tell it of events of their own: on the default bus of an account. */
export type EventBusPort = {
  /** Resolves once the event survives the process. */
  readonly put: (event: {
    readonly account: string;
    readonly region: string;
    /** `aws.s3`. */
    readonly source: string;
    /** `Object Created`. */
    readonly detailType: string;
    /** ARNs. */
    readonly resources: readonly string[];
    /** Milliseconds since 1970. */
    readonly time: number;
    readonly detail: Readonly<Record<string, unknown>>;
  }) => Promise<void>;
};

/** One measurement or several of one metric. Exactly one of `value`, `statistics` and `values` is given. */
export type MetricDatum = {
  readonly name: string;
  /** Up to 30. Order does not matter. */
  readonly dimensions?: readonly { readonly name: string; readonly value: string }[] | undefined;
  /** Milliseconds since 1970; now where it is left out. */
  readonly time?: number | undefined;
  /** As CloudWatch names them: `Count`, `Milliseconds`; `None` where it is left out. */
  readonly unit?: string | undefined;
  readonly value?: number | undefined;
  /** Already summed up elsewhere. */
  readonly statistics?: MetricStatistics | undefined;
  /** Each value and how often it was seen, up to 150. */
  readonly values?: readonly { readonly value: number; readonly count: number }[] | undefined;
  /** Kept to the second rather than to the minute. */
  readonly highResolution?: boolean | undefined;
};

export type MetricStatistics = {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
};

/** CloudWatch, as those need it who measure: metric filters, rules, functions. */
export type MetricPort = {
  /**
   * Resolves once the data is kept. Any number of data; namespaces that begin with `AWS/` too. Throws InvalidParameterValueException,
   * ServiceUnavailable (then it may be put again). https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
   */
  readonly put: (metrics: {
    readonly account: string;
    readonly region: string;
    readonly namespace: string;
    readonly data: readonly MetricDatum[];
    /** What was put under the same one before is not put twice, where CloudWatch is served here; another's cannot tell. */
    readonly token?: string | undefined;
  }) => Promise<void>;
};

/** Names and values that a ciphertext is bound to, not secret: https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Who uses a key: a caller of ours by way of a service, or a service for itself, which only the key's own policy can let. */
export type KeyUser =
  | {
      readonly kind: 'caller';
      readonly call: Pick<CallContext, 'principal' | 'region' | 'authorize'>;
      /** `s3.us-east-1.amazonaws.com`. */
      readonly viaService: string;
    }
  | {
      readonly kind: 'service';
      /** `cloudtrail.amazonaws.com`. */
      readonly service: string;
      /** The resource it acts for. */
      readonly source: { readonly arn: string; readonly accountId: string };
    };

export type DescribedKey = {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** As KMS says it: `Enabled`, `Disabled`, `PendingDeletion`. */
  readonly state: string;
};

/** KMS, as encrypted buckets and trails need it. Errors are KMS's own: NotFoundException, DisabledException, KMSInvalidStateException, AccessDenied. */
export type KeyPort = {
  /** By key id, key ARN, alias name or alias ARN; ids and names are looked for in `account` and `region`. Nobody's rights are asked. */
  readonly describe: (
    keyId: string,
    where: { readonly account: string; readonly region: string },
  ) => Promise<DescribedKey>;
  /** Throws AccessDenied unless `user` may do all of `actions` (`kms:GenerateDataKey`). */
  readonly check: (ask: KeyUse & { readonly actions: readonly string[] }) => Promise<void>;
  /** A new key of 32 bytes, plain and encrypted by KMS. */
  readonly generateDataKey: (
    use: KeyUse,
  ) => Promise<{ readonly plaintext: Uint8Array; readonly ciphertext: Uint8Array }>;
  /** Throws InvalidCiphertextException where the context is another. */
  readonly decrypt: (use: KeyUse & { readonly ciphertext: Uint8Array }) => Promise<Uint8Array>;
};

export type KeyUse = {
  readonly keyArn: string;
  readonly context: EncryptionContext;
  readonly user: KeyUser;
};

/** An organization as trails need to know it. */
export type Organization = {
  /** `o-…` */
  readonly id: string;
  readonly managementAccount: string;
  /** Not for consolidated billing only. */
  readonly allFeatures: boolean;
  /** All that belong to it, the management account included. */
  readonly accounts: readonly string[];
  /** Whether CloudTrail has trusted access. */
  readonly trustsCloudTrail: boolean;
  /** Members that administer CloudTrail for it. */
  readonly administrators: readonly string[];
};

/** Organizations, as trails of organizations need it. */
export type OrganizationPort = {
  /** The organization that the account belongs to, as it is now. */
  readonly of: (account: string) => Promise<Organization | undefined>;
  /** All that are known here. */
  readonly all: () => Promise<readonly Organization[]>;
  /** Of CloudTrail. Throw AccountAlreadyRegisteredException, AccountNotRegisteredException, AccountNotFoundException. */
  readonly registerAdministrator: (administrator: Administrator) => Promise<void>;
  readonly deregisterAdministrator: (administrator: Administrator) => Promise<void>;
};

type Administrator = { readonly managementAccount: string; readonly account: string };

/** The role by which CloudTrail acts in a management account: AWSServiceRoleForCloudTrail. */
export type ServiceLinkedRolePort = {
  readonly exists: (account: string) => Promise<boolean>;
  /** Makes it where it is missing. */
  readonly ensure: (account: string) => Promise<void>;
};

/** CloudWatch Logs, as a trail's delivery needs it. Groups are named by ARN, with or without `:*` at its end. */
export type LogSinkPort = {
  /** Makes the stream where it is missing; true when it was. Throws ResourceNotFoundException without the group, AccessDeniedException. */
  readonly ensureStream: (to: { readonly groupArn: string; readonly stream: string }) => Promise<boolean>;
  /**
   * Events in chronological order, within the limits of PutLogEvents. Under a token that was written already nothing is written twice, where
   * the service can tell (AWS's own cannot). Resolves with how many the service did not take (too old, too new). Throws
   * ResourceNotFoundException, AccessDeniedException.
   */
  readonly put: (batch: {
    readonly groupArn: string;
    readonly stream: string;
    readonly events: readonly { readonly time: number; readonly message: string }[];
    readonly token: string;
  }) => Promise<{ readonly rejected: number }>;
};

/** CloudWatch Logs, as those need it who bring their own log group. */
export type LogGroupPort = {
  /** Makes the group where it is missing. Throws AccessDeniedException. */
  readonly ensure: (group: {
    readonly account: string;
    readonly region: string;
    readonly group: string;
  }) => Promise<void>;
};

/** Roles, where the IAM that is served can tell what they may. */
export type RolePort = {
  /**
   * Whether the service may act as the role, and the role do all of that. `untrusted`: there is no such role, or it does not trust the
   * service; `denied`: its policies do not allow an action.
   */
  readonly checkServiceRole: (check: {
    readonly roleArn: string;
    /** Host name: `cloudtrail.amazonaws.com`. */
    readonly service: string;
    /** For whom the service acts: aws:SourceArn, aws:SourceAccount. */
    readonly source: { readonly arn: string; readonly accountId: string };
    readonly actions: readonly { readonly action: string; readonly resource: string }[];
  }) => 'allowed' | 'untrusted' | 'denied';
};

/** Mails, as those need it who tell of something: topics their subscribers, rules their targets. */
export type MailPort = {
  /** Rejects with what the server says; `responseCode` 5xx is a no for good. */
  readonly send: (mail: {
    /** Display name of the sender; '' for none. */
    readonly fromName: string;
    readonly to: string;
    readonly subject: string;
    readonly text: string;
  }) => Promise<void>;
};

/** Event data stores, as those need them who send events there: channels. */
export type EventDataStorePort = {
  /** By ARN or by the id at its end; undefined where the account has none of that name in the region. */
  readonly find: (query: {
    readonly account: string;
    readonly region: string;
    readonly store: string;
  }) => Promise<EventDataStoreFacts | undefined>;
};

export type EventDataStoreFacts = {
  readonly arn: string;
  /** What it logs: `ActivityAuditLog`, `Management`, … as its advanced event selectors say. */
  readonly categories: readonly string[];
  /** False while it waits for its deletion. */
  readonly isActive: boolean;
};

/** Channels, as event data stores see them. An event of a channel names it: `metadata.channelARN` of its record. */
export type ChannelPort = {
  /** ARNs of the stores that a channel's events go to now; none of a channel that is not there. Known without waiting. */
  readonly destinationsOf: (channelArn: string) => readonly string[];
  /** ARNs of the channels that send to a store: it cannot be deleted while there are any (ChannelExistsForEDSException). */
  readonly channelsOf: (storeArn: string) => readonly string[];
};
