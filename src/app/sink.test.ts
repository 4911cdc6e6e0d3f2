import { describe, expect, it } from 'vitest';

import type { CapturedCall } from '../capture/captured-call.ts';
import type { EventRecord } from '../record/event-record.ts';
import { createSink, type SinkDeps } from './sink.ts';

type Facts = { readonly category: 'Management' | 'Data'; readonly heard?: boolean } & Partial<
  Pick<SinkDeps, 'dataEvents' | 'selectsData' | 'selects'>
>;

/** What became of one call: how often a record was made, kept, counted as unselected, published. */
async function keep({ category, heard = false, ...settings }: Facts) {
  const seen = { built: 0, kept: 0, unselected: 0, published: 0 };
  const event = { columns: { category } } as unknown as EventRecord;
  const deps = {
    recorder: {
      kindOf: () => ({ category, readOnly: true }),
      build: () => {
        seen.built++;
        return event;
      },
    },
    intake: {
      record: () => Promise.resolve(void seen.kept++),
      drop: () => Promise.resolve(void seen.unselected++),
    },
    publish: () => void (heard && seen.published++),
    isHeard: () => heard,
    dataEvents: 'selected',
    selectsData: () => false,
    selects: () => false,
    ...settings,
  } as unknown as SinkDeps;
  await createSink(deps).outcome({ named: { service: 's3', operation: 'GetObject' } } as CapturedCall);
  return seen;
}

describe('what becomes of a call', () => {
  it('counts a data event that nobody keeps or hears, and makes no record of it', async () => {
    expect(await keep({ category: 'Data' })).toEqual({ built: 0, kept: 0, unselected: 1, published: 0 });
    const none = { category: 'Data', dataEvents: 'none', selectsData: () => true } as const;
    expect(await keep(none)).toEqual({ built: 0, kept: 0, unselected: 1, published: 0 });
  });

  it('shows a data event that nobody keeps to who listens', async () => {
    const seen = await keep({ category: 'Data', heard: true });
    expect(seen).toEqual({ built: 1, kept: 0, unselected: 1, published: 1 });
  });

  it('keeps the data events that are selected, and counts the others', async () => {
    const one = { category: 'Data', selectsData: () => true } as const;
    expect(await keep({ ...one, selects: () => true })).toMatchObject({ kept: 1, unselected: 0 });
    expect(await keep({ ...one, selects: () => false })).toMatchObject({ kept: 0, unselected: 1 });
  });

  it('asks for an intent before a write that may be kept: a data event only where some are wanted', () => {
    const asks = (category: 'Management' | 'Data', readOnly: boolean, settings: Partial<SinkDeps>) =>
      createSink({
        recorder: { kindOf: () => ({ category, readOnly }) },
        dataEvents: 'selected',
        selectsData: () => false,
        ...settings,
      } as unknown as SinkDeps).wantsIntent({
        service: 's3',
        operation: 'PutObject',
      } as CapturedCall['named']);
    expect(asks('Management', false, {})).toBe(true);
    expect(asks('Management', true, {})).toBe(false);
    expect(asks('Data', false, {})).toBe(false);
    expect(asks('Data', false, { selectsData: () => true })).toBe(true);
    expect(asks('Data', false, { dataEvents: 'none', selectsData: () => true })).toBe(false);
    expect(asks('Data', false, { dataEvents: 'all' })).toBe(true);
  });

  it('keeps management events, and data events where all are wanted', async () => {
    expect(await keep({ category: 'Management' })).toMatchObject({ kept: 1, unselected: 0 });
    expect(await keep({ category: 'Data', dataEvents: 'all' })).toMatchObject({ kept: 1, unselected: 0 });
  });
});
