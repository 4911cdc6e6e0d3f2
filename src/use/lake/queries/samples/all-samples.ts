import { activitySamples } from './activity.ts';
import { errorSamples } from './errors.ts';
import { iamSamples } from './iam.ts';
import type { SampleQuery } from './sample.ts';
import { securitySamples } from './security.ts';
import { storageSamples } from './storage.ts';

/** The library that SearchSampleQueries searches. */
export const SAMPLES: readonly SampleQuery[] = [
  ...securitySamples,
  ...activitySamples,
  ...iamSamples,
  ...errorSamples,
  ...storageSamples,
];
