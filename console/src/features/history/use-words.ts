import { useCallback, useState } from 'react';

import { tidy, withCondition, type Condition, type HistoryQuery } from '../../events/query.ts';
import type { Span } from '../../events/range.ts';
import { useConnection } from '../../session/context.tsx';
import { recognise } from './recognise.ts';
import { resolveWords, type Reading } from './resolve-words.ts';

export type WordsState =
  | { readonly phase: 'none' }
  | { readonly phase: 'looking' | 'nothing' | 'failed'; readonly text: string }
  | {
      readonly phase: 'read';
      readonly text: string;
      readonly chosen: Reading;
      readonly others: readonly Reading[];
    };

/** Turns what was typed or pasted into a condition: by its shape, else by what has been recorded. */
export function useWords(query: HistoryQuery, span: Span, onQuery: (query: HistoryQuery) => void) {
  const { api, everywhere } = useConnection();
  const [state, setState] = useState<WordsState>({ phase: 'none' });

  const take = useCallback(
    (text: string, conditions: readonly Condition[]) => {
      const base: HistoryQuery = { ...query, conditions };
      const recognised = recognise(text);
      setState({ phase: 'none' });
      if (!recognised) return;
      if (recognised.kind === 'account') return onQuery(tidy({ ...base, account: recognised.account }));
      if (recognised.kind === 'condition') return onQuery(withCondition(base, recognised.condition));
      setState({ phase: 'looking', text });
      const decide = async () => {
        const within = await resolveWords(api, recognised.candidates, { span, everywhere });
        const readings =
          within.length > 0
            ? within
            : await resolveWords(api, recognised.candidates, { span: undefined, everywhere });
        const [chosen, ...others] = readings;
        if (!chosen) return setState({ phase: 'nothing', text });
        onQuery(withCondition(base, chosen.condition));
        setState({ phase: 'read', text, chosen, others: others.slice(0, 3) });
      };
      decide().catch(() => setState({ phase: 'failed', text }));
    },
    [api, everywhere, query, span, onQuery],
  );

  const choose = useCallback(
    (condition: Condition) => {
      if (state.phase !== 'read') return;
      const rest = query.conditions.filter(({ key }) => key !== state.chosen.condition.key);
      onQuery(withCondition({ ...query, conditions: rest }, condition));
      setState({ phase: 'none' });
    },
    [state, query, onQuery],
  );
  return { state, take, choose, dismiss: useCallback(() => setState({ phase: 'none' }), []) };
}
