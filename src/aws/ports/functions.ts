import type { ServiceSource } from './service-source.ts';

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
