import { describe, expect, it } from 'vitest';

import { SAMPLES } from './all-samples.ts';
import { searchSamples } from './search-samples.ts';

describe('the library of sample queries', () => {
  it('has names that are told apart, and one store in each', () => {
    expect(new Set(SAMPLES.map(({ name }) => name)).size).toBe(SAMPLES.length);
    for (const { sql } of SAMPLES) expect(sql).toContain('FROM $EDS_ID');
  });

  it.each([
    ['which users logged in without MFA', 'Console sign-ins without a second factor'],
    ['who deleted an s3 bucket', 'Buckets made and deleted'],
    ['top errors', 'Errors by code'],
    ['root user activity', 'What root did'],
    ['open security groups', 'Security groups opened to the world'],
    ['cross account assume role', 'Roles assumed from other accounts'],
    ['someone stopped cloudtrail logging', 'Logging stopped or weakened'],
    ['most active users', 'Most active users'],
  ])('finds for "%s" first "%s"', (phrase, name) => {
    const found = searchSamples(SAMPLES, phrase);
    expect(found[0]?.name).toBe(name);
    expect(found.every(({ relevance }) => relevance > 0 && relevance <= 1)).toBe(true);
  });

  it('finds nothing for what it does not know', () => {
    expect(searchSamples(SAMPLES, 'xylophone zebra')).toEqual([]);
  });
});
