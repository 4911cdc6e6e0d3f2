import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import { useState } from 'react';

import { useNarrow } from '../../parts/use-narrow.ts';
import { FILTERING_PROPERTIES, fromTokens, toTokens } from './tokens.ts';
import type { Condition } from '../../events/query.ts';
import type { Span } from '../../events/range.ts';
import { useSuggestions, type SuggestionRequest } from './use-suggestions.ts';

type Props = {
  readonly conditions: readonly Condition[];
  readonly span: Span;
  readonly onConditions: (conditions: readonly Condition[]) => void;
  /** Something was typed or pasted that names no attribute. */
  readonly onWords: (words: string, conditions: readonly Condition[]) => void;
};

/** The one search box: a filter over every attribute, and a place to paste whatever one has got. */
export function SearchBox({ conditions, span, onConditions, onWords }: Props) {
  const [request, setRequest] = useState<SuggestionRequest>();
  const suggestions = useSuggestions(request, span);
  const narrow = useNarrow();
  return (
    <div className="ot-search" data-focus-search="">
      <PropertyFilter
        query={toTokens(conditions)}
        onChange={({ detail }) => {
          const read = fromTokens(detail);
          const [words] = read.words;
          if (words === undefined) onConditions(read.conditions);
          else onWords(words, read.conditions);
        }}
        filteringProperties={FILTERING_PROPERTIES}
        filteringOptions={withChosen(suggestions.options, conditions)}
        filteringStatusType={suggestions.status}
        filteringLoadingText="Looking at what was recorded"
        filteringErrorText="Suggestions could not be loaded"
        filteringRecoveryText="Try again"
        filteringEmpty="Nothing recorded that begins so"
        onLoadItems={({ detail }) =>
          setRequest({ key: detail.filteringProperty?.key, text: detail.filteringText })
        }
        freeTextFiltering={{ operators: ['='], defaultOperator: '=' }}
        hideOperations
        filteringPlaceholder={
          narrow ? 'Paste or type anything' : 'Paste a key, ARN, IP, event ID or account; or type a name'
        }
        filteringAriaLabel="Search events"
        expandToViewport
        tokenLimit={6}
        i18nStrings={{ enteredTextLabel: (text) => `Find “${text}”`, groupValuesText: 'Recorded values' }}
      />
    </div>
  );
}

/** What is asked for already stays on offer, so that a filter can be edited whatever is suggested just now. */
function withChosen(
  options: readonly PropertyFilterProps.FilteringOption[],
  conditions: readonly Condition[],
): readonly PropertyFilterProps.FilteringOption[] {
  const known = new Set(options.map(({ propertyKey, value }) => `${propertyKey} ${value}`));
  const chosen = conditions.flatMap(({ key, values }) =>
    values.map((value) => ({ propertyKey: key, value })),
  );
  return [...options, ...chosen.filter(({ propertyKey, value }) => !known.has(`${propertyKey} ${value}`))];
}
