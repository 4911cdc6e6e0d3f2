import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import { explain } from './explain.ts';

type Act = {
  /** What is under way: the name it was given. */
  readonly busy: string | undefined;
  /** Does it, says how it went, asks again for what it may have changed. Resolves with whether it went well. */
  readonly act: (name: string, work: () => Promise<unknown>, done: string) => Promise<boolean>;
  /** What is said, to be put above the page; announced to screen readers. */
  readonly said: ReactNode;
};

/** Changes that a page makes. `keys`: the beginnings of the queries that are asked again after each. */
export function useAct(keys: readonly string[]): Act {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string>();
  const [said, setSaid] = useState<FlashbarProps.MessageDefinition>();
  const tell = (type: 'success' | 'error', content: string) =>
    setSaid({
      type,
      content,
      id: content,
      ariaRole: type === 'error' ? 'alert' : 'status',
      dismissible: true,
      dismissLabel: 'Dismiss',
      onDismiss: () => setSaid(undefined),
    });
  const act = async (name: string, work: () => Promise<unknown>, done: string) => {
    setBusy(name);
    let isDone = true;
    try {
      await work();
      tell('success', done);
    } catch (error) {
      isDone = false;
      tell('error', explain(error));
    }
    for (const key of keys) await queries.invalidateQueries({ queryKey: [key] });
    setBusy(undefined);
    return isDone;
  };
  return {
    busy,
    act,
    said: said && (
      <div className="ot-said">
        <Flashbar items={[said]} />
      </div>
    ),
  };
}
