import { useCallback } from 'react';

import type { Condition, HistoryQuery } from '../../events/query.ts';
import { AccountSelect } from './account-select.tsx';
import { Histogram } from './histogram.tsx';
import { RangePicker } from './range-picker.tsx';
import { SearchBox } from './search-box.tsx';
import type { History } from './use-history.ts';
import { useWords } from './use-words.ts';
import { WordsNotice } from './words-notice.tsx';

type Props = {
  readonly query: HistoryQuery;
  readonly history: History;
  readonly live: boolean;
  readonly onQuery: (query: HistoryQuery) => void;
};

/** The question: which account, what, when. */
export function HistorySearch({ query, history, live, onQuery }: Props) {
  const words = useWords(query, history.span, onQuery);
  const { dismiss } = words;
  const onConditions = useCallback(
    (conditions: readonly Condition[]) => {
      dismiss();
      onQuery({ ...query, conditions });
    },
    [dismiss, onQuery, query],
  );
  return (
    <div className="ot-question">
      <div className="ot-question-row">
        <div className="ot-account">
          <AccountSelect account={query.account} onAccount={(account) => onQuery({ ...query, account })} />
        </div>
        <SearchBox
          conditions={query.conditions}
          span={history.span}
          onConditions={onConditions}
          onWords={words.take}
        />
        {!live && (
          <RangePicker
            range={query.range}
            span={history.span}
            onRange={(range) => onQuery({ ...query, range })}
          />
        )}
      </div>
      <WordsNotice words={words.state} onChoose={words.choose} onDismiss={dismiss} />
      {!live && (
        <Histogram
          buckets={history.histogram.buckets}
          bucketSeconds={history.histogram.bucketSeconds}
          span={history.span}
          failed={history.histogram.error !== null}
          onBrush={(span) => onQuery({ ...query, range: { type: 'absolute', ...span } })}
        />
      )}
    </div>
  );
}
