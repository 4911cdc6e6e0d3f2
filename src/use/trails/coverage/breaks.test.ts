import { expect, it } from 'vitest';

import { explain, type Silence } from './breaks.ts';
import type { TrailEvent } from './trail-events.ts';

const place = { root: '', organization: '', account: '111111111111', region: 'eu-west-1' };
const trail = { name: 'all', homeRegion: 'us-east-1' };
const HOUR = 3600;

const silence = (kind: Silence['kind'], given: Partial<Silence> = {}): Silence => ({
  kind,
  from: 10 * HOUR,
  to: 20 * HOUR,
  lastStart: 9 * HOUR,
  uri: 'digest',
  usual: HOUR,
  ...given,
});
const event = (
  kind: 'start' | 'stop' | 'validation-off' | 'validation-on' | 'single-region',
  hour: number,
): TrailEvent => ({
  kind,
  at: hour * HOUR,
  trail: 'all',
  by: kind,
});
const told = (of: Silence, events: readonly TrailEvent[], at = place) =>
  explain(of, { trail, place: at, events }).map(
    ({ reason, from, to }) => `${reason} ${from / HOUR}-${to / HOUR}`,
  );

it.each<[string, Silence, TrailEvent[], string[]]>([
  [
    'a stop and a start',
    silence('break'),
    [event('stop', 9.9), event('start', 20)],
    ['logging-stopped 10-20'],
  ],
  [
    'a stop later than the last digest',
    silence('break'),
    [event('stop', 14), event('start', 20)],
    ['digest-missing 10-14', 'logging-stopped 14-20'],
  ],
  ['no record at all', silence('break'), [], ['logging-stopped 10-20']],
  ['a start without a stop', silence('break'), [event('start', 20)], ['digest-missing 10-20']],
  [
    'a start and a stop between, of which no digest is left',
    silence('break'),
    [event('stop', 10), event('start', 13), event('stop', 15), event('start', 20)],
    ['logging-stopped 10-13', 'digest-missing 13-15', 'logging-stopped 15-20'],
  ],
  [
    'a stop that was undone within the last digest',
    silence('tail'),
    [event('stop', 9.3), event('start', 9.4)],
    ['digest-missing 10-20'],
  ],
  ['a stop and nothing more', silence('tail'), [event('stop', 9.9)], ['logging-stopped 10-20']],
  [
    'validation that was turned off',
    silence('tail'),
    [event('validation-off', 9.9)],
    ['validation-off 10-20'],
  ],
  [
    'validation that was turned off and on while logging was off',
    silence('break'),
    [event('stop', 9.9), event('validation-on', 12), event('start', 20)],
    ['logging-stopped 10-20'],
  ],
  ['a trail that left the region', silence('tail'), [event('single-region', 9.9)], ['logging-stopped 10-20']],
  [
    'an account that left',
    silence('tail'),
    [{ kind: 'account-left', at: 9.9 * HOUR, account: place.account }],
    ['logging-stopped 10-20'],
  ],
  [
    'another account that left',
    silence('tail'),
    [{ kind: 'account-left', at: 9.9 * HOUR, account: '2' }],
    ['digest-missing 10-20'],
  ],
  [
    'a digest that is missing after a stop',
    silence('hole'),
    [event('stop', 9.9), event('start', 17)],
    ['logging-stopped 10-17', 'digest-missing 17-20'],
  ],
  ['digests that are missing', silence('hole'), [], ['digest-missing 10-20']],
  [
    'the stop of another trail',
    silence('tail'),
    [{ kind: 'stop', at: 9.9 * HOUR, trail: 'other', by: '' }],
    ['digest-missing 10-20'],
  ],
  [
    'a stop by ARN',
    silence('tail'),
    [{ kind: 'stop', at: 9.9 * HOUR, trail: 'arn:aws:cloudtrail:us-east-1:111111111111:trail/all', by: '' }],
    ['logging-stopped 10-20'],
  ],
])('%s is told as what it is', (_, of, events, expected) => {
  expect(told(of, events)).toEqual(expected);
});

it('is no reason at home that the trail became one of a single region', () => {
  const home = { ...place, region: trail.homeRegion };
  expect(told(silence('tail'), [event('single-region', 9.9)], home)).toEqual(['digest-missing 10-20']);
});
