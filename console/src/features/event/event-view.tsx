import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { lazy, Suspense, useState } from 'react';

import { OutcomeMark } from '../../events/outcome-mark.tsx';
import type { Range } from '../../events/range.ts';
import { isObject } from '../../events/record.ts';
import { sentenceOf } from '../../events/sentence.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { utcTime } from '../../parts/time.ts';
import { Fields } from './fields-view.tsx';
import { RelatedLinks } from './related-links.tsx';
import { markOf } from './marked-value.ts';
import { ValueTree } from './value-tree.tsx';

const JsonView = lazy(() => import('./json-view.tsx'));

/** One event: what happened in a sentence, where to go from here, its fields, its parameters, its record. */
export function EventView({
  event,
  range,
}: {
  readonly event: TrailEvent;
  readonly range: Range | undefined;
}) {
  return (
    <article className="ot-event">
      <p className="ot-sentence">
        {sentenceOf(event).map((part, index) => (
          <span key={index} className={`ot-part-${part.kind}`}>
            {part.text}
          </span>
        ))}
        .
      </p>
      <p className="ot-when">
        <OutcomeMark event={event} always />
        <TimeText ms={event.time} zone />
        <span className="ot-secondary">{event.time > 0 && utcTime(event.time)}</span>
      </p>
      <RelatedLinks event={event} range={range} />
      <Fields event={event} />
      <Resources event={event} />
      <Part
        title="Request parameters"
        value={event.record['requestParameters']}
        none="The call had no parameters."
      />
      <Part
        title="Response elements"
        value={event.record['responseElements']}
        none={
          event.readOnly
            ? 'Answers of read-only calls are not recorded.'
            : 'The answer had no elements to record.'
        }
      />
      <Part title="Additional event data" value={event.record['additionalEventData']} />
      <Part title="Service event details" value={event.record['serviceEventDetails']} />
      <Part title="Added later" value={event.record['addendum']} />
      <RecordSection raw={event.raw} />
    </article>
  );
}

function Resources({ event }: { readonly event: TrailEvent }) {
  if (event.resources.length === 0) return null;
  return (
    <section className="ot-section">
      <h3>Resources</h3>
      <ul className="ot-resources">
        {event.resources.map(({ type, name }, index) => (
          <li key={`${type} ${name} ${index}`}>
            <span className="ot-mono">{name}</span> <CopyButton text={name} what={name} />
            {type && <div className="ot-secondary">{type}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A part of the record as a tree. `none` is said where an empty part needs explaining; without it the part is left out. */
function Part({
  title,
  value,
  none,
}: {
  readonly title: string;
  readonly value: unknown;
  readonly none?: string;
}) {
  const empty = value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0);
  if (empty && none === undefined) return null;
  return (
    <section className="ot-section">
      <h3>{title}</h3>
      {empty ? (
        <p className="ot-secondary">{none}</p>
      ) : (
        <ValueTree name={markOf(value) ? 'all of it' : undefined} value={value} />
      )}
    </section>
  );
}

function RecordSection({ raw }: { readonly raw: string }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="ot-section">
      <ExpandableSection
        headerText="Record (JSON)"
        headingTagOverride="h3"
        expanded={open}
        onChange={({ detail }) => setOpen(detail.expanded)}
      >
        {open && (
          <Suspense fallback={<p className="ot-secondary">Loading</p>}>
            <JsonView raw={raw} />
          </Suspense>
        )}
      </ExpandableSection>
    </section>
  );
}
