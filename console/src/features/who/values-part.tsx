import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import type { AttributeKey } from '../../events/attributes.ts';
import { shortName } from '../../events/sentence.ts';
import { whoHref, type WhoKind } from '../../events/who.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import { values } from './profile.ts';
import { historyOf, subjectKey, type Subject } from './subject.ts';

type Part = { readonly key: AttributeKey; readonly title: string; readonly none: string };

const PARTS: readonly Part[] = [
  { key: 'EventName', title: 'What', none: 'Nothing in this time.' },
  { key: 'ErrorCode', title: 'Errors', none: 'Nothing failed in this time.' },
  { key: 'SourceIPAddress', title: 'From where', none: 'No address is recorded.' },
  { key: 'UserArn', title: 'As whom', none: 'No identity is recorded.' },
  { key: 'AccessKeyId', title: 'With which keys', none: 'Without a key.' },
  { key: 'ResourceName', title: 'On what', none: 'No resource is recorded.' },
  { key: 'AwsRegion', title: 'In which regions', none: 'No region is recorded.' },
  { key: 'RecipientAccountId', title: 'In which accounts', none: 'No account is recorded.' },
];

/** What the page is about itself would be the only value. */
const OWN: Readonly<Record<WhoKind, AttributeKey | undefined>> = {
  identity: 'UserArn',
  user: undefined,
  role: undefined,
  key: 'AccessKeyId',
  address: 'SourceIPAddress',
  resource: undefined,
};

const SHOWN = 8;

/** The commonest values of what is recorded of its events. Each leads on. */
export function ValuesParts({ subject }: { readonly subject: Subject }) {
  return (
    <div className="ot-halves">
      {PARTS.filter(({ key }) => key !== OWN[subject.kind]).map((part) => (
        <ValuesPart key={part.key} part={part} subject={subject} />
      ))}
    </div>
  );
}

function ValuesPart({ part, subject }: { readonly part: Part; readonly subject: Subject }) {
  const { api } = useConnection();
  const { key, title, none } = part;
  const query = useQuery({
    queryKey: ['who', 'values', key, ...subjectKey(subject)],
    queryFn: ({ signal }) => values(api, subject, { key, span: subject.span, limit: SHOWN + 1 }, signal),
  });
  const found = query.data ?? [];
  const most = Math.max(1, ...found.map(({ count }) => count));
  return (
    <Container header={<Header variant="h3">{title}</Header>} fitHeight>
      {query.isPending && <Waiting what={title.toLowerCase()} lines={4} />}
      {query.isError && (
        <ErrorState
          error={query.error}
          what={title}
          action="cloudtrail:LookupEvents"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data?.length === 0 && <Box color="text-body-secondary">{none}</Box>}
      <ul className="ot-plain-list ot-counts">
        {found.slice(0, SHOWN).map(({ value, count }) => {
          const who = whoHref(key, value);
          const events = historyOf(subject, { key, operator: 'equals', values: [value] });
          const counted = count.toLocaleString('en');
          return (
            <li key={value}>
              <a className="ot-link ot-anywhere" href={who ?? events} title={value}>
                {shortName(value)}
              </a>
              <a className="ot-link ot-cell-number" href={events} aria-label={`${counted} events: ${value}`}>
                {counted}
              </a>
              <meter min={0} max={most} value={count} aria-hidden="true" />
            </li>
          );
        })}
      </ul>
      {found.length > SHOWN && (
        <Box variant="small" color="text-body-secondary">
          The {SHOWN} commonest are shown.
        </Box>
      )}
    </Container>
  );
}
