import Link from '@cloudscape-design/components/link';

import { labelOf } from '../../events/attributes.ts';
import type { Condition } from '../../events/query.ts';
import type { WordsState } from './use-words.ts';

type Props = {
  readonly words: WordsState;
  readonly onChoose: (condition: Condition) => void;
  readonly onDismiss: () => void;
};

/** How a pasted word was read, and what else it could have meant. */
export function WordsNotice({ words, onChoose, onDismiss }: Props) {
  if (words.phase === 'none') return null;
  return (
    <p className="ot-words" role="status">
      {words.phase === 'looking' && <>Looking for “{words.text}” among names, users and resources …</>}
      {words.phase === 'failed' && (
        <>“{words.text}” could not be looked up. Choose an attribute in the search box instead.</>
      )}
      {words.phase === 'nothing' && (
        <>
          Nothing recorded is named, or begins with, <strong>{words.text}</strong>. Names are told apart by
          upper and lower case.
        </>
      )}
      {words.phase === 'read' && (
        <>
          <strong>{words.text}</strong> was read as{' '}
          {words.chosen.condition.operator === 'prefix' ? 'the beginning of: ' : ''}
          {labelOf(words.chosen.condition.key).toLowerCase()}.
          {words.others.length > 0 && ' It could also be: '}
          {words.others.map(({ condition, count }, index) => (
            <span key={condition.key}>
              {index > 0 && ', '}
              <Link onFollow={() => onChoose(condition)} href="#" variant="primary">
                {labelOf(condition.key).toLowerCase()}{' '}
                {condition.operator === 'prefix' ? `${condition.values[0]}…` : condition.values[0]}
              </Link>{' '}
              ({count.toLocaleString('en')})
            </span>
          ))}
        </>
      )}{' '}
      <button type="button" className="ot-dismiss" onClick={onDismiss} aria-label="Dismiss">
        ×
      </button>
    </p>
  );
}
