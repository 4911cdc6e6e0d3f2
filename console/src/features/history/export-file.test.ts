import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../events/trail-event.ts';
import { fileWriter } from './export-file.ts';

const raw =
  '{"eventID":"e1","eventTime":"2026-01-02T03:04:05Z","userAgent":"a \\"b\\", c","eventName":"=cmd|x","big":12345678901234567890}';
const event = fromRecord(raw);

describe('an exported file', () => {
  it('holds the records byte for byte as CloudTrail writes its files', () => {
    const writer = fileWriter('json');
    const text = writer.open + writer.event(event, 0) + writer.event(event, 1) + writer.close;
    expect(text).toBe(`{"Records":[${raw},${raw}]}`);
  });

  it('quotes what CSV wants quoted', () => {
    expect(fileWriter('csv').event(event, 0)).toContain(',"a ""b"", c",');
  });

  it('does not let a caller put a formula into somebody’s spreadsheet', () => {
    expect(fileWriter('csv').event(event, 0).startsWith("2026-01-02T03:04:05Z,'=cmd|x,")).toBe(true);
  });

  it('has as many cells in each row as in its head', () => {
    const writer = fileWriter('csv');
    const plain = writer.event(fromRecord('{}'), 0);
    expect(plain.split(',')).toHaveLength(writer.open.split(',').length);
  });
});
