import { describe, expect, it } from 'vitest';

import { columnDisplay } from './column-display.ts';

const columns = [
  { id: 'time', shown: true },
  { id: 'name', shown: true },
  { id: 'key', shown: false },
];

describe('columnDisplay', () => {
  it('begins with the default columns', () => {
    expect(columnDisplay(columns, undefined)).toEqual([
      { id: 'time', visible: true },
      { id: 'name', visible: true },
      { id: 'key', visible: false },
    ]);
  });

  it('keeps order and choice, drops what is gone, adds what is new unseen', () => {
    const chosen = [
      { id: 'key', visible: true },
      { id: 'gone', visible: true },
      { id: 'time', visible: false },
    ];
    expect(columnDisplay(columns, chosen)).toEqual([
      { id: 'key', visible: true },
      { id: 'time', visible: false },
      { id: 'name', visible: false },
    ]);
  });
});
