import ExpandableSection from '@cloudscape-design/components/expandable-section';

import type { Logged } from '../selectors/readable.ts';

/** So many lines are shown before one has to ask for the others. */
const SHOWN = 4;

/** What a trail logs, a line each. */
export function LoggedList({ logged }: { readonly logged: readonly Logged[] | undefined }) {
  if (logged === undefined) return <>–</>;
  if (logged.length === 0) return <>nothing</>;
  const more = logged.slice(SHOWN);
  return (
    <>
      <Lines logged={logged.slice(0, SHOWN)} />
      {more.length > 0 && (
        <ExpandableSection headerText={`${more.length} more`} variant="inline">
          <Lines logged={more} />
        </ExpandableSection>
      )}
    </>
  );
}

function Lines({ logged }: { readonly logged: readonly Logged[] }) {
  return (
    <ul className="ot-plain-list">
      {logged.map(({ what, which }, index) => (
        <li key={index}>
          {what}
          {which.length > 0 && <span className="ot-secondary"> · {which.join(' · ')}</span>}
        </li>
      ))}
    </ul>
  );
}
