import Link from '@cloudscape-design/components/link';
import type { TableProps } from '@cloudscape-design/components/table';

import { OutcomeMark } from '../../events/outcome-mark.tsx';
import { shortName, whoOf } from '../../events/sentence.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { toolOf } from '../../events/user-agent.ts';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';

export type EventColumn = TableProps.ColumnDefinition<TrailEvent> & {
  readonly id: string;
  readonly label: string;
  readonly shown: boolean;
};

/** `open` shows the event beside the list; the link itself leads to its own page, for new tabs. */
export function eventColumns(open: (event: TrailEvent) => void): readonly EventColumn[] {
  return [
    column('time', 'Time', 215, true, (event) => <TimeText ms={event.time} />),
    column('name', 'Event', 250, true, (event) => (
      <span data-event-id={event.id} className="ot-event-name">
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
    column('outcome', 'Outcome', 130, true, (event) => <OutcomeMark event={event} />),
    column('user', 'User', 220, true, (event) => <Whole text={whoOf(event)} />),
    column('resources', 'Resources', 260, true, (event) => <Resources event={event} />),
    column('ip', 'Source IP', 150, true, (event) => <Mono text={event.sourceIp} />),
    column('account', 'Account', 140, true, (event) => <Mono text={event.account} />),
    column('region', 'Region', 130, true, (event) => event.region || '–'),
    column('key', 'Access key', 210, false, (event) => <Mono text={event.accessKeyId} />),
    column('tool', 'Tool', 160, false, (event) => (
      <span title={event.userAgent}>{toolOf(event.userAgent) ?? (event.userAgent || '–')}</span>
    )),
    column('error', 'Error code', 220, false, (event) => <Whole text={event.errorCode} />),
    column('readOnly', 'Read-only', 110, false, (event) => (event.readOnly ? 'yes' : 'no')),
    column('category', 'Category', 130, false, (event) => event.category),
    column('source', 'Event source', 230, false, (event) => event.source),
    column('arn', 'User ARN', 360, false, (event) => <Mono text={event.userArn} />),
    column('type', 'Resource type', 220, false, (event) => <Whole text={event.resources[0]?.type ?? ''} />),
    column('id', 'Event ID', 330, false, (event) => <Mono text={event.id} />),
  ];
}

function column(id: string, label: string, width: number, shown: boolean, cell: EventColumn['cell']): EventColumn {
  return { id, label, header: label, width, minWidth: 90, shown, cell, isRowHeader: id === 'name' };
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
