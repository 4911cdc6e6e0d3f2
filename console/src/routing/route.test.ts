import { describe, expect, it } from 'vitest';

import { formatHash, parseHash, type Route } from './route.ts';

describe('addresses of pages', () => {
  it.each<[string, Route]>([
    ['#/events', { page: 'events', search: '' }],
    ['#/events?EventName=A&range=7d', { page: 'events', search: 'EventName=A&range=7d' }],
    ['#/events/10e1548f-893e', { page: 'event', id: '10e1548f-893e' }],
    ['#/events/a%2Fb%3Fc', { page: 'event', id: 'a/b?c' }],
    ['#/trails', { page: 'trails' }],
    ['#/trails?q=ledger&page=2', { page: 'trails', search: 'q=ledger&page=2' }],
    ['#/trails/main', { page: 'trail', name: 'main' }],
    ['#/trails/main?tab=digests', { page: 'trail', name: 'main', tab: 'digests' }],
    [
      '#/trails/arn%3Aaws%3Acloudtrail%3Aeu-west-1%3A123456789012%3Atrail%2Fmain',
      { page: 'trail', name: 'arn:aws:cloudtrail:eu-west-1:123456789012:trail/main' },
    ],
    ['#/create-trail', { page: 'create-trail' }],
    ['#/edit-trail/main', { page: 'edit-trail', name: 'main' }],
    ['#/create-dashboard', { page: 'create-dashboard' }],
    ['#/add-widget/mine', { page: 'add-widget', id: 'mine' }],
    ['#/organization', { page: 'organization' }],
    ['#/who/address?value=203.0.113.9', { page: 'who', kind: 'address', value: '203.0.113.9' }],
  ])('%s goes both ways', (hash, route) => {
    expect(parseHash(hash)).toEqual(route);
    expect(formatHash(route)).toBe(hash);
  });

  it.each(['', '#', '#/', '#/nothing/here', '#/events/'])('shows event history for "%s"', (hash) => {
    expect(parseHash(hash)).toEqual({ page: 'events', search: '' });
  });
});
