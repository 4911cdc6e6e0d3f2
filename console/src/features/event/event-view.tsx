import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { lazy, Suspense, useState } from 'react';

import { OutcomeMark } from '../../events/outcome-mark.tsx';
import type { Range } from '../../events/range.ts';
import { isObject } from '../../events/record.ts';
import { outcomeOf, sentenceOf } from '../../events/sentence.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { TimeText } from '../../parts/time-text.tsx';
import { utcTime } from '../../parts/time.ts';
import { formatHash } from '../../routing/route.ts';
import { Fields } from './fields-view.tsx';
import { RelatedLinks } from './related-links.tsx';
import { LeftOutList } from './left-out-list.tsx';
import { parametersUnavailable } from './left-out.ts';
import { markOf } from './marked-value.ts';
import { RelatedEvents } from './related-events.tsx';
import { ResourceList } from './resource-list.tsx';
import { ValueTree } from './value-tree.tsx';

const JsonView = lazy(() => import('./json-view.tsx'));

type Props = {
  readonly event: TrailEvent;
  /** What the list was asked about that the event was found in. */
  readonly range: Range | undefined;
  /** On a page of its own: what needs further calls is looked up at once, and not only when asked for. */
  readonly whole: boolean;
};

/** One event: what happened in a sentence, where to go from here, its fields, its parameters, its record. */
export function EventView({ event, range, whole }: Props) {
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
      <p className="ot-next">
        <Button href={formatHash({ page: 'create-rule', event: event.id })} iconName="notification">
          Alert me when this happens again
        </Button>
      </p>
      <Fields event={event} />
      <ResourceList event={event} range={range} />
      <Part title="Request parameters" value={event.record['requestParameters']} none={noParameters(event)} />
      <Part title="Response elements" value={event.record['responseElements']} none={noElements(event)} />
      <Part title="Additional event data" value={event.record['additionalEventData']} />
      <Part title="Service event details" value={event.record['serviceEventDetails']} />
      <Part title="Added later" value={event.record['addendum']} />
      <LeftOutList event={event} />
      <RelatedEvents event={event} range={range} open={whole} />
      <RecordSection raw={event.raw} />
    </article>
  );
}

function noParameters(event: TrailEvent): string {
  const why = parametersUnavailable(event);
  return why ? `The parameters were not recorded: ${why}.` : 'The call had no parameters.';
}

function noElements(event: TrailEvent): string {
  if (event.errorCode !== '') return 'The call failed: the error is among the fields.';
  if (outcomeOf(event) === 'unknown') return 'There was no whole answer to record.';
  return event.readOnly
    ? 'Answers of read-only calls are not recorded.'
    : 'The answer had no elements to record.';
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
