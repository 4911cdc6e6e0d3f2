import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';

import { COLUMNS } from '../../lake/schema.ts';

/** Columns, searched by name; one that is chosen is added to the statement. */
export function SchemaPart({ onChoose }: { readonly onChoose: (column: string) => void }) {
  const [typed, setTyped] = useState('');
  const words = typed.toLowerCase();
  return (
    <ExpandableSection headerText="Columns" defaultExpanded>
      <Input
        type="search"
        value={typed}
        ariaLabel="Find columns"
        placeholder="Find columns"
        onChange={({ detail }) => setTyped(detail.value)}
      />
      <ul className="ot-plain-list ot-sql-list ot-sql-columns">
        {COLUMNS.filter(([name]) => name.includes(words)).map(([name, type]) => (
          <li key={name}>
            <button type="button" title={`${name} ${type}`} onClick={() => onChoose(name)}>
              <span className="ot-mono ot-anywhere">{name}</span> <span className="ot-secondary">{type}</span>
            </button>
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
