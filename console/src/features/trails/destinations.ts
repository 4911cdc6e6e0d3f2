import type { Trail, TrailStatus } from './trails.ts';

/** One of the places that a trail delivers to. Times in milliseconds. */
export type Destination = {
  readonly id: 's3' | 'digests' | 'sns' | 'logs';
  readonly label: string;
  /** Short, and whole. */
  readonly name: string;
  readonly full: string;
  readonly lastSuccess: number | undefined;
  readonly error: string | undefined;
};

/** Those that are configured, in the order of their weight. */
export function destinationsOf(trail: Trail, status: TrailStatus | undefined): readonly Destination[] {
  const bucket = [trail.bucket, trail.prefix].filter(Boolean).join('/');
  const group = trail.logGroup?.replace(/:\*$/, '');
  return [
    {
      id: 's3',
      label: 'Log files',
      name: bucket,
      full: `s3://${bucket}`,
      lastSuccess: status?.lastDelivery,
      error: status?.deliveryError,
    },
    ...(trail.validated
      ? [
          {
            id: 'digests',
            label: 'Digests',
            name: bucket,
            full: `s3://${bucket}`,
            lastSuccess: status?.lastDigest,
            error: status?.digestError,
          } as const,
        ]
      : []),
    ...(trail.topic
      ? [
          {
            id: 'sns',
            label: 'SNS topic',
            name: trail.topic.split(':').at(-1) ?? trail.topic,
            full: trail.topic,
            lastSuccess: status?.lastNotice,
            error: status?.noticeError,
          } as const,
        ]
      : []),
    ...(group
      ? [
          {
            id: 'logs',
            label: 'CloudWatch Logs',
            name: group.split(':').slice(6).join(':'),
            full: trail.logGroup ?? '',
            lastSuccess: status?.lastLogs,
            error: status?.logsError,
          } as const,
        ]
      : []),
  ];
}

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'The bucket is gone: make it again, or let the trail deliver to another one.',
  AccessDenied:
    'CloudTrail may not write: look at the policy. Editing the trail offers to add what the bucket’s lacks.',
  AuthorizationError: 'The topic’s policy does not let CloudTrail publish.',
  NotFound: 'The topic is gone: make it again, or choose another one.',
  ResourceNotFoundException: 'The log group is gone: make it again, or choose another one.',
  AccessDeniedException: 'The role may not write there: look at its policies, and at whom it trusts.',
  DisabledException: 'The KMS key is disabled: enable it, or choose another one.',
  NotFoundException: 'The KMS key is gone: choose another one.',
  KMSInvalidStateException: 'The KMS key is not enabled: it may be about to be deleted.',
  QuotaExceeded: 'There is no room left: delete old files, or give it more.',
  SlowDown: 'S3 asks for fewer calls: it is tried again.',
  ServiceUnavailable: 'It does not answer: it is tried again until it does.',
  InternalError: 'It failed by itself: it is tried again until it does not.',
};

/** What to do about a delivery's error. Nothing is lost meanwhile: deliveries are tried again. */
export function adviceFor(error: string): string {
  const code = /[A-Za-z]+(?:\.[A-Za-z]+)*/.exec(error)?.[0] ?? error;
  return ADVICE[code] ?? 'It is tried again until it succeeds; the server’s log says more.';
}

export type TrailState = { readonly type: 'success' | 'error' | 'stopped'; readonly text: string };

/** In two words. */
export function stateOf(trail: Trail, status: TrailStatus): TrailState {
  if (!status.logging) return { type: 'stopped', text: 'Stopped' };
  const failing = destinationsOf(trail, status).filter(({ error }) => error !== undefined);
  if (failing.length === 0) return { type: 'success', text: 'Logging' };
  return failing.some(({ id }) => id === 's3')
    ? { type: 'error', text: 'Not delivering' }
    : { type: 'error', text: `${failing.map(({ label }) => label).join(', ')} failing` };
}
