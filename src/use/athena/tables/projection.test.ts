import { describe, expect, it } from 'vitest';

import type { TableDefinition } from '../ddl/statement.ts';
import { projectedPartitions } from './projection.ts';

const now = Date.parse('2026-03-02T12:00:00Z');
const text = { kind: 'plain', name: 'string' } as const;

const table = (properties: Record<string, string>, ...names: string[]): TableDefinition => ({
  columns: [],
  partitionedBy: names.map((name) => ({ name, type: text })),
  serde: '',
  serdeProperties: {},
  inputFormat: undefined,
  outputFormat: undefined,
  location: 's3://b/logs/',
  properties: { 'projection.enabled': 'true', ...properties },
});

const DAYS = {
  'projection.timestamp.type': 'date',
  'projection.timestamp.format': 'yyyy/MM/dd',
  'projection.timestamp.interval': '1',
  'projection.timestamp.interval.unit': 'DAYS',
  'projection.timestamp.range': '2026/02/27,NOW',
  'storage.location.template': 's3://b/logs/${region}/${timestamp}',
};

describe('partition projection', () => {
  it('computes days up to now, enums and integers, within the bounds', () => {
    const properties = { ...DAYS, 'projection.region.type': 'enum', 'projection.region.values': 'a, b' };
    const all = projectedPartitions(table(properties, 'region', 'timestamp'), { bounds: new Map(), now });
    expect(all).toHaveLength(8);
    expect(all[3]).toEqual({ values: ['a', '2026/03/02'], location: 's3://b/logs/a/2026/03/02/' });
    const bounds = new Map([
      ['region', { values: ['b', 'c'] }],
      ['timestamp', { from: '2026/03/01' }],
    ]);
    const some = projectedPartitions(table(properties, 'region', 'timestamp'), { bounds, now });
    expect(some.map(({ location }) => location)).toEqual([
      's3://b/logs/b/2026/03/01/',
      's3://b/logs/b/2026/03/02/',
    ]);
    const hours = {
      'projection.hour.type': 'integer',
      'projection.hour.range': '8,10',
      'projection.hour.digits': '2',
    };
    expect(
      projectedPartitions(table(hours, 'hour'), { bounds: new Map(), now }).map(({ location }) => location),
    ).toEqual(['s3://b/logs/hour=08/', 's3://b/logs/hour=09/', 's3://b/logs/hour=10/']);
  });

  it('takes injected values from the query, and misses them where there are none', () => {
    const injected = table({ 'projection.account.type': 'injected' }, 'account');
    const bounds = new Map([['account', { values: ['123456789012'] }]]);
    expect(projectedPartitions(injected, { bounds, now })).toHaveLength(1);
    expect(() => projectedPartitions(injected, { bounds: new Map(), now })).toThrow(
      'injected projected partition column account',
    );
  });

  it('names the setting that is wrong', () => {
    const wrong = (properties: Record<string, string>) => () =>
      projectedPartitions(table({ ...DAYS, ...properties }, 'timestamp'), { bounds: new Map(), now });
    expect(wrong({ 'projection.timestamp.range': 'soon,NOW' })).toThrow(
      "projection.timestamp.range 'soon,NOW' is not valid",
    );
    expect(wrong({ 'projection.timestamp.format': 'QQQ' })).toThrow('projection.timestamp.format');
    expect(wrong({ 'projection.timestamp.type': 'float' })).toThrow(
      "projection.timestamp.type 'float' is not valid",
    );
  });
});
