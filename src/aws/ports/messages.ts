import type { ServiceSource } from './service-source.ts';

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
