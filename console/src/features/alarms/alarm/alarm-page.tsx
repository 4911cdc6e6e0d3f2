import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError } from '../../../aws/errors.ts';
import { Confirm } from '../../../parts/confirm.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { useNarrow } from '../../../parts/use-narrow.ts';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { AlarmStateText, STATES } from '../alarm-status.tsx';
import {
  conditionText,
  deleteAlarm,
  getAlarm,
  setState,
  switchActions,
  type Alarm,
  type AlarmState,
} from '../alarms.ts';
import { MetricPart } from '../metric-part.tsx';
import { HistoryPart } from './history-part.tsx';

const KEYS = ['alarms', 'alarm', 'alarm-history', 'metric-data'];

/** One alarm: its metric against its threshold, what happened, who is told. */
export default function AlarmPage({ name }: { readonly name: string }) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const { act, busy, said } = useAct(KEYS);
  const alarm = useQuery({
    queryKey: ['alarm', name],
    queryFn: async ({ signal }) => {
      const found = await getAlarm(api, name, signal);
      if (found) return found;
      throw new ApiError({
        code: 'ResourceNotFound',
        message: `There is no alarm ${name} here.`,
        status: 404,
      });
    },
    staleTime: 0,
  });
  const refresh = () => {
    for (const key of KEYS) void queries.invalidateQueries({ queryKey: [key] });
  };
  const crumbs = [
    { text: 'Alarms', href: '#/alarms' },
    { text: name, href: formatHash({ page: 'alarm', name }) },
  ];
  return (
    <PageLayout active="alarms" title={name} contentType="default" crumbs={crumbs}>
      {said}
      <div className="ot-trail">
        {alarm.isPending && <Waiting what="the alarm" lines={6} />}
        {alarm.isError && (
          <ErrorState
            error={alarm.error}
            what={`The alarm ${name}`}
            heading={name}
            action="cloudwatch:DescribeAlarms"
            onRetry={refresh}
          />
        )}
        {alarm.data && <Loaded alarm={alarm.data} act={act} busy={busy} onRefresh={refresh} />}
      </div>
    </PageLayout>
  );
}

type LoadedProps = Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & {
  readonly alarm: Alarm;
  readonly onRefresh: () => void;
};

function Loaded(props: LoadedProps) {
  const { alarm } = props;
  const narrow = useNarrow();
  const told = (arns: readonly string[]) =>
    arns.length === 0 ? (
      'nobody'
    ) : (
      <ul className="ot-plain-list">
        {arns.map((arn) => (
          <li key={arn} className="ot-mono">
            {arn}
          </li>
        ))}
      </ul>
    );
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        info={<AlarmStateText state={alarm.state} />}
        description={
          <>
            {alarm.description !== '' && <div>{alarm.description}</div>}
            <span className="ot-mono ot-anywhere">{alarm.arn}</span>{' '}
            <CopyButton text={alarm.arn} what="the alarm’s ARN" />
          </>
        }
        actions={<Buttons {...props} />}
      >
        {alarm.name}
      </Header>
      {alarm.metric !== '' && <MetricPart query={alarm} threshold={alarm.threshold} />}
      <Container>
        <KeyValuePairs
          columns={narrow ? 1 : 3}
          items={[
            { label: 'In alarm when', value: conditionText(alarm) },
            {
              label: 'State',
              value: (
                <>
                  {alarm.reason}
                  <div className="ot-secondary">
                    since <TimeText ms={alarm.since} />
                  </div>
                </>
              ),
            },
            { label: 'A minute without data', value: MISSING[alarm.missing] ?? alarm.missing },
            { label: 'Told when in alarm', value: told(alarm.actions.ALARM) },
            { label: 'Told when OK again', value: told(alarm.actions.OK) },
            {
              label: 'Telling',
              value: alarm.actionsEnabled ? 'switched on' : 'switched off: nobody is told',
            },
          ]}
        />
      </Container>
      <HistoryPart name={alarm.name} />
    </SpaceBetween>
  );
}

const MISSING: Readonly<Record<string, string>> = {
  missing: 'leaves the state as it is, or says that there is not enough',
  notBreaching: 'counts as good',
  breaching: 'counts as bad',
  ignore: 'leaves the state as it is',
};

const BY_HAND = 'Set by hand in the console, for a test';

function Buttons({ alarm, act, busy, onRefresh }: LoadedProps) {
  const { api } = useConnection();
  const [asked, setAsked] = useState(false);
  const { name, actionsEnabled } = alarm;
  const choose = (id: string) => {
    if (id === 'delete') return setAsked(true);
    if (id === 'switch') {
      const done = `${name} tells ${actionsEnabled ? 'nobody any more' : 'again who is to be told'}.`;
      return void act('more', () => switchActions(api, name, !actionsEnabled), done);
    }
    const state = id as AlarmState;
    return void act(
      'more',
      () => setState(api, name, state, BY_HAND),
      `${name} is set to “${STATES[state].text}”.`,
    );
  };
  return (
    <>
      <SpaceBetween size="xs" direction="horizontal">
        <Button iconName="refresh" ariaLabel="Refresh" onClick={onRefresh} />
        <ButtonDropdown
          loading={busy !== undefined}
          items={[
            {
              text: 'Set the state, for a test',
              items: (Object.keys(STATES) as AlarmState[]).map((id) => ({ id, text: STATES[id].text })),
            },
            { id: 'switch', text: actionsEnabled ? 'Switch telling off' : 'Switch telling on' },
            { id: 'delete', text: 'Delete' },
          ]}
          onItemClick={({ detail }) => choose(detail.id)}
        >
          Actions
        </ButtonDropdown>
        <Button
          variant="primary"
          disabled={alarm.metric === ''}
          disabledReason="Alarms on several metrics are changed with the CLI."
          onClick={() => navigate({ page: 'edit-alarm', name })}
        >
          Edit
        </Button>
      </SpaceBetween>
      {asked && (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete"
          onCancel={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false);
            void act('more', () => deleteAlarm(api, name), `${name} was deleted.`).then((done) => {
              if (done) navigate({ page: 'alarms' });
            });
          }}
        >
          Nobody is told any more when the threshold is crossed. The metric and the topics stay.
        </Confirm>
      )}
    </>
  );
}
