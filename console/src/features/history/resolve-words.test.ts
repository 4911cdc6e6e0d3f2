import { describe, expect, it } from 'vitest';

import { resolveWords } from './resolve-words.ts';

const recorded: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  Username: [
    ['ledger-bot', 900],
    ['ledger-ops', 40],
  ],
  ResourceName: [
    ['ledger', 3],
    ['ledger-old', 7],
  ],
  EventName: [],
};
const api = {
  cloudtrail: (_operation: string, input: object) => {
    const { Values } = input as { Values: { AttributeKey: string } };
    return Promise.resolve({
      Values: (recorded[Values.AttributeKey] ?? []).map(([Value, Count]) => ({ Value, Count })),
    });
  },
};
const scope = { span: undefined, everywhere: true };

describe('resolveWords', () => {
  it('prefers the thing of exactly that name to many that begin so', async () => {
    const readings = await resolveWords(
      api,
      [
        { key: 'Username', text: 'ledger' },
        { key: 'ResourceName', text: 'ledger' },
        { key: 'EventName', text: 'Ledger' },
      ],
      scope,
    );
    expect(readings).toEqual([
      { condition: { key: 'ResourceName', operator: 'equals', values: ['ledger'] }, count: 3 },
      { condition: { key: 'Username', operator: 'prefix', values: ['ledger'] }, count: 940 },
    ]);
  });
});
