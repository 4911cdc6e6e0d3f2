import { describe, expect, it } from 'vitest';

import type { Trail, TrailStatus } from '../trails.ts';
import { formatView, matchesText, parseView, sortTrails } from './trails-view.ts';

const trail = (name: string, given: Partial<Trail & { status: TrailStatus }> = {}) =>
  ({
    name,
    arn: `arn:aws:cloudtrail:us-east-1:123456789012:trail/${name}`,
    bucket: 'audit-logs',
    prefix: '',
    homeRegion: 'us-east-1',
    multiRegion: false,
    ...given,
  }) as Trail & { readonly status?: TrailStatus };
const names = (trails: readonly Trail[]) => trails.map(({ name }) => name);

describe('the view of the list of trails', () => {
  it.each(['', 'q=ledger', 'sort=-name', 'q=a+b&sort=state&page=3', 'sort=-region'])(
    'is found again in the address “%s”',
    (search) => expect(formatView(parseView(search))).toBe(search),
  );

  it.each(['sort=colour&page=0', 'page=-1', 'page=1.5', 'page=many', 'sort=constructor'])(
    'is the default where the address says “%s”',
    (search) => expect(formatView(parseView(search))).toBe(''),
  );

  it('takes a trail where each word is somewhere in it, in any case', () => {
    const ledger = trail('Ledger', { topic: 'arn:aws:sns:us-east-1:123456789012:told' });
    expect(matchesText(ledger, 'ledg TOLD')).toBe(true);
    expect(matchesText(ledger, ' audit ')).toBe(true);
    expect(matchesText(ledger, 'ledger missing')).toBe(false);
    expect(matchesText(ledger, 'undefined')).toBe(false);
  });

  it('counts numbers in names as people do', () => {
    const list = [trail('t-10'), trail('t-2'), trail('a')];
    expect(names(sortTrails(list, { sort: 'name', descending: false }))).toEqual(['a', 't-2', 't-10']);
    expect(names(sortTrails(list, { sort: 'name', descending: true }))).toEqual(['t-10', 't-2', 'a']);
  });

  it('puts by state what needs somebody first, and what is not known last', () => {
    const status = (given: Partial<TrailStatus>) => ({ logging: true, ...given }) as TrailStatus;
    const list = [
      trail('unknown'),
      trail('well', { status: status({}) }),
      trail('stopped', { status: status({ logging: false }) }),
      trail('b-failing', { status: status({ deliveryError: 'NoSuchBucket' }) }),
      trail('a-failing', { status: status({ deliveryError: 'AccessDenied' }) }),
    ];
    const sorted = sortTrails(list, { sort: 'state', descending: false });
    expect(names(sorted)).toEqual(['a-failing', 'b-failing', 'stopped', 'well', 'unknown']);
  });
});
