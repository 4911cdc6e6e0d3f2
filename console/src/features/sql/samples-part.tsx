import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Input from '@cloudscape-design/components/input';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';

import { sampleQueries } from '../../lake/queries.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useConnection } from '../../session/context.tsx';

/** The library of samples, searched by words; looked up once it is opened. */
export function SamplesPart({ onChoose }: { readonly onChoose: (sql: string) => void }) {
  const { api } = useConnection();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const words = typed.replaceAll(/[^ -~]/g, '').trim();
  const phrase = useDeferredValue(words.length < 2 ? '*' : words);
  const samples = useQuery({
    queryKey: ['sample-queries', phrase],
    enabled: open,
    queryFn: ({ signal }) => sampleQueries(api, phrase, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <ExpandableSection
      headerText="Samples"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      <Input
        type="search"
        value={typed}
        ariaLabel="Find samples"
        placeholder="console login, errors …"
        onChange={({ detail }) => setTyped(detail.value)}
      />
      {samples.isError && (
        <ErrorState error={samples.error} what="Samples" action="cloudtrail:SearchSampleQueries" />
      )}
      {samples.data?.length === 0 && <p className="ot-secondary">None of these words.</p>}
      <ul className="ot-plain-list ot-sql-list">
        {samples.data?.map(({ name, description, sql }) => (
          <li key={name}>
            <button type="button" title={description} onClick={() => onChoose(sql)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
