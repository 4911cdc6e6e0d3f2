import { duration, integer } from './kinds.ts';

/** Trails. */
export const trailsSettings = {
  delivery_interval: duration('5m').describe('How often log files are delivered.'),
  digest_interval: duration('1h').describe('How often digest files are delivered.'),
  quota_trails: integer(5).describe('Trails per region.'),
};
