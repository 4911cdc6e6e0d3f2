import Link from '@cloudscape-design/components/link';
import type { TableProps } from '@cloudscape-design/components/table';

import { OutcomeMark } from '../../events/outcome-mark.tsx';
import { actorOf, shortName } from '../../events/sentence.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { toolOf } from '../../events/user-agent.ts';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';

export type EventColumn = TableProps.ColumnDefinition<TrailEvent> & {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly shown: boolean;
};

/** `open` shows the event beside the list; the link itself leads to its own page, for new tabs. */
export function eventColumns(open: (event: TrailEvent) => void): readonly EventColumn[] {
  return [
    column({ id: 'time', label: 'Time', width: 172, shown: true }, (event) => (
      <TimeText ms={event.time} brief />
    )),
    column({ id: 'name', label: 'Event', width: 225, shown: true }, (event) => (
      <span data-event-id={event.id} title={event.name}>
        <Link
          href={formatHash({ page: 'event', id: event.id })}
          onFollow={(follow) => {
            follow.preventDefault();
            open(event);
          }}
        >
          {event.name || '(no name)'}
        </Link>
        <span className="ot-secondary ot-service">{event.source.replace('.amazonaws.com', '')}</span>
      </span>
    )),
    column({ id: 'outcome', label: 'Outcome', width: 105, shown: true }, (event) => (
      <OutcomeMark event={event} />
    )),
    column({ id: 'user', label: 'User', width: 180, shown: true }, (event) => (
      <Whole text={actorOf(event)} />
    )),
    column({ id: 'resources', label: 'Resources', width: 195, shown: true }, (event) => (
      <Resources event={event} />
    )),
    column({ id: 'ip', label: 'Source IP', width: 140, shown: true }, (event) => (
      <Mono text={event.sourceIp} />
    )),
    column({ id: 'account', label: 'Account', width: 128, shown: true }, (event) => (
      <Mono text={event.account} />
    )),
    column({ id: 'region', label: 'Region', width: 105, shown: true }, (event) => event.region || '–'),
    column({ id: 'key', label: 'Access key', width: 210, shown: false }, (event) => (
      <Mono text={event.accessKeyId} />
    )),
    column({ id: 'tool', label: 'Tool', width: 160, shown: false }, (event) => (
      <span title={event.userAgent}>{toolOf(event.userAgent) ?? (event.userAgent || '–')}</span>
    )),
    column({ id: 'error', label: 'Error code', width: 220, shown: false }, (event) => (
      <Whole text={event.errorCode} />
    )),
    column({ id: 'readOnly', label: 'Read-only', width: 110, shown: false }, (event) =>
      event.readOnly ? 'yes' : 'no',
    ),
    column({ id: 'category', label: 'Category', width: 130, shown: false }, (event) => event.category),
    column({ id: 'source', label: 'Event source', width: 230, shown: false }, (event) => event.source),
    column({ id: 'arn', label: 'User ARN', width: 360, shown: false }, (event) => (
      <Mono text={event.userArn} />
    )),
    column({ id: 'type', label: 'Resource type', width: 220, shown: false }, (event) => (
      <Whole text={event.resources[0]?.type ?? ''} />
    )),
    column({ id: 'id', label: 'Event ID', width: 330, shown: false }, (event) => <Mono text={event.id} />),
  ];
}

type ColumnHead = Pick<EventColumn, 'id' | 'label' | 'shown' | 'width'>;

function column(head: ColumnHead, cell: EventColumn['cell']): EventColumn {
  return { ...head, header: head.label, minWidth: 90, cell, isRowHeader: head.id === 'name' };
}

function Resources({ event }: { readonly event: TrailEvent }) {
  const [first, ...more] = event.resources;
  if (!first) return <>–</>;
  const all = event.resources.map(({ type, name }) => (type ? `${name} (${type})` : name)).join('\n');
  return (
    <span title={all} className="ot-mono">
      {shortName(first.name)}
      {more.length > 0 && <span className="ot-secondary"> +{more.length}</span>}
    </span>
  );
}

function Mono({ text }: { readonly text: string }) {
  return text ? (
    <span className="ot-mono" title={text}>
      {text}
    </span>
  ) : (
    <>–</>
  );
}

function Whole({ text }: { readonly text: string }) {
  return text ? <span title={text}>{text}</span> : <>–</>;
}
