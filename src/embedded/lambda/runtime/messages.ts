/** What the server and a function's process tell each other, over the channel that Node's fork makes. */

export type ToFunction = {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** JSON, or nothing. */
  readonly clientContext: string | undefined;
  /** Milliseconds that it may take, from when it is told. */
  readonly limit: number;
  readonly functionArn: string;
  /** What ends this invocation's output on stdout and stderr. */
  readonly mark: string;
};

export type FromFunction =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly payload: string }
  /** `ends`: the process can serve no further invocation. */
  | { readonly kind: 'error'; readonly error: FunctionError; readonly ends: boolean };

/** As callers see it: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[] | undefined;
};

/** Bytes: the longest answer. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MOST_ANSWER = 6_291_556;
