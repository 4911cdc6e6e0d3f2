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
  /** For whom the service acts: what a bucket policy's aws:SourceArn and aws:SourceAccount are compared with. */
  readonly source?: { readonly arn: string; readonly accountId: string } | undefined;
};

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
  }) => Promise<void>;
};

/** SNS, as a trail's notices need it. */
export type TopicPort = {
  readonly publish: (notice: { readonly topicArn: string; readonly message: string }) => Promise<void>;
  /** Whether CloudTrail may publish for that trail. Throws NotFound or AuthorizationError. */
  readonly checkPublish: (check: {
    readonly topicArn: string;
    readonly source: { readonly arn: string; readonly accountId: string };
  }) => Promise<void>;
};
