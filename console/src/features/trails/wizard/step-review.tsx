import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useNarrow } from '../../../parts/use-narrow.ts';
import { LoggedList } from '../list/logged-list.tsx';
import { loggedBy } from '../selectors/readable.ts';
import { selectorsOf } from '../selectors/selectors-draft.ts';
import { CommandsPart } from '../../../plan/commands-part.tsx';
import type { Draft, Place } from './draft.ts';
import { useForm } from './form-context.tsx';
import type { PlannedCall } from '../../../plan/planned-call.ts';

/** What will be there, and every command that makes it. */
export function ReviewStep({ calls }: { readonly calls: readonly PlannedCall[] }) {
  const { draft, change, place, before } = useForm();
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">What it will be</Header>}>
        <KeyValuePairs columns={useNarrow() ? 1 : 2} items={summary(draft, place)} />
      </Container>
      {!before && (
        <Checkbox
          checked={draft.start}
          description="A trail that does not log keeps nothing of what happens meanwhile."
          onChange={({ detail }) => change('name', { start: detail.checked })}
        >
          Start logging now
        </Checkbox>
      )}
      {calls.length === 0 ? (
        <Alert type="info">Nothing is changed: the trail is as the form says already.</Alert>
      ) : (
        <CommandsPart calls={calls} region={place.region}>
          {calls.some(({ input }) => 'RecursiveLogging' in input) && (
            <Box variant="small" color="text-body-secondary">
              --no-recursive-logging is new: a CLI that does not know it says “Unknown options”.
            </Box>
          )}
        </CommandsPart>
      )}
    </SpaceBetween>
  );
}

type Item = { readonly label: string; readonly value: React.ReactNode };

function summary(draft: Draft, place: Place): Item[] {
  const selectors = selectorsOf(draft.selectors);
  const isNew = (choice: string) => (choice === 'new' ? <span className="ot-secondary"> · new</span> : null);
  const or = (has: boolean, value: React.ReactNode) => (has ? value : '–');
  const prefix = draft.prefix === '' ? '' : `/${draft.prefix}`;
  const logs = draft.logsChoice !== 'none';
  return [
    { label: 'Name', value: draft.name },
    { label: 'Regions', value: draft.multiRegion ? `all (home ${place.region})` : place.region },
    {
      label: 'Accounts',
      value: draft.organization ? `all of ${place.organization?.id ?? 'the organization'}` : place.accountId,
    },
    {
      label: 'Global service events',
      value: draft.multiRegion || draft.globalEvents ? 'logged' : 'not logged',
    },
    {
      label: 'Bucket',
      value: (
        <>
          <span className="ot-mono">{draft.bucket + prefix}</span>
          {isNew(draft.bucketChoice)}
        </>
      ),
    },
    { label: 'Log file validation', value: draft.validation ? 'on' : 'off' },
    {
      label: 'Encryption',
      value: or(
        draft.kmsChoice !== 'none',
        <>
          <span className="ot-mono">{draft.kmsChoice === 'new' ? `alias/${draft.kms}` : draft.kms}</span>
          {isNew(draft.kmsChoice)}
        </>,
      ),
    },
    {
      label: 'SNS topic',
      value: or(
        draft.topicChoice !== 'none',
        <>
          <span className="ot-mono">{draft.topic}</span>
          {isNew(draft.topicChoice)}
        </>,
      ),
    },
    {
      label: 'Log group',
      value: or(
        logs,
        <>
          <span className="ot-mono">{draft.logGroup}</span>
          {isNew(draft.logsChoice)}
        </>,
      ),
    },
    {
      label: 'Role',
      value: or(
        logs,
        <>
          <span className="ot-mono">{draft.role}</span>
          {isNew(draft.roleChoice)}
        </>,
      ),
    },
    {
      label: 'Logs',
      value: <LoggedList logged={selectors && loggedBy(selectors)} />,
    },
    { label: 'Aggregated', value: or(draft.aggregation.length > 0, draft.aggregation.join(', ')) },
    { label: 'Its own deliveries', value: draft.recursive ? 'logged' : 'not logged' },
    {
      label: 'Tags',
      value: or(draft.tags.length > 0, draft.tags.map(({ key, value }) => `${key} = ${value}`).join(', ')),
    },
  ];
}
