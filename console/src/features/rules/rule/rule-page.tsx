import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Confirm } from '../../../parts/confirm.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { useAct } from '../../../parts/use-act.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { laidOut } from '../pattern/readable.ts';
import { RuleStateText } from '../rule-status.tsx';
import { deleteRule, describeRule, switchRule, type Deliveries, type Rule, type RuleKey } from '../rules.ts';
import { TryHistory } from '../try-history.tsx';
import { AttemptsPart } from './attempts-part.tsx';
import { TargetsPart } from './targets-part.tsx';

const KEYS = ['rules', 'rule', 'rule-targets'];

/** One rule: what it waits for, where that goes, whether it arrives. */
export default function RulePage({ name, bus }: RuleKey) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const { act, busy, said } = useAct(KEYS);
  const rule = useQuery({
    queryKey: ['rule', bus, name],
    queryFn: ({ signal }) => describeRule(api, { name, bus }, signal),
    staleTime: 0,
  });
  const refresh = () => {
    for (const key of KEYS) void queries.invalidateQueries({ queryKey: [key] });
  };
  const crumbs = [
    { text: 'Rules', href: '#/rules' },
    { text: name, href: formatHash({ page: 'rule', name, bus }) },
  ];
  return (
    <PageLayout active="rules" title={name} contentType="default" crumbs={crumbs}>
      {said}
      <div className="ot-trail">
        {rule.isPending && <Waiting what="the rule" lines={6} />}
        {rule.isError && (
          <ErrorState
            error={rule.error}
            what={`The rule ${name}`}
            heading={name}
            action="events:DescribeRule"
            onRetry={refresh}
          />
        )}
        {rule.data && <Loaded {...rule.data} act={act} busy={busy} onRefresh={refresh} />}
      </div>
    </PageLayout>
  );
}

type LoadedProps = Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & {
  readonly rule: Rule;
  readonly deliveries: Deliveries | undefined;
  readonly onRefresh: () => void;
};

function Loaded(props: LoadedProps) {
  const { rule, deliveries } = props;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        info={<RuleStateText rule={rule} />}
        description={
          <>
            {rule.description !== '' && <div>{rule.description}</div>}
            <span className="ot-mono ot-anywhere">{rule.arn}</span>{' '}
            <CopyButton text={rule.arn} what="the rule’s ARN" />
          </>
        }
        actions={<Buttons {...props} />}
      >
        {rule.name}
      </Header>
      <TargetsPart rule={rule} deliveries={deliveries} />
      <Container
        header={
          <Header
            variant="h2"
            actions={
              rule.pattern !== '' && (
                <CopyButton text={rule.pattern} what="the pattern as JSON" label="Copy" />
              )
            }
          >
            {rule.pattern === '' ? 'Schedule' : 'Event pattern'}
          </Header>
        }
      >
        {rule.pattern === '' ? (
          <Box variant="code">{rule.schedule}</Box>
        ) : (
          <div className="ot-json">
            <pre tabIndex={0} aria-label="The pattern as JSON">
              <code>{laidOut(rule.pattern)}</code>
            </pre>
          </div>
        )}
      </Container>
      {rule.pattern !== '' && <TryHistory pattern={rule.pattern} state={rule.state} />}
      {deliveries && deliveries.attempts.length > 0 && <AttemptsPart attempts={deliveries.attempts} />}
    </SpaceBetween>
  );
}

function Buttons({ rule, act, busy, onRefresh }: LoadedProps) {
  const { api } = useConnection();
  const [asked, setAsked] = useState(false);
  const off = rule.state === 'DISABLED';
  return (
    <>
      <SpaceBetween size="xs" direction="horizontal">
        <Button iconName="refresh" ariaLabel="Refresh" onClick={onRefresh} />
        <Button
          loading={busy === 'switch'}
          onClick={() =>
            void act(
              'switch',
              () => switchRule(api, rule, off),
              `${rule.name} is ${off ? 'enabled' : 'disabled'}.`,
            )
          }
        >
          {off ? 'Enable' : 'Disable'}
        </Button>
        <Button loading={busy === 'delete'} onClick={() => setAsked(true)}>
          Delete
        </Button>
        <Button
          variant="primary"
          onClick={() => navigate({ page: 'edit-rule', name: rule.name, bus: rule.bus })}
        >
          Edit
        </Button>
      </SpaceBetween>
      {asked && (
        <Confirm
          title={`Delete ${rule.name}?`}
          verb="Delete"
          onCancel={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false);
            void act('delete', () => deleteRule(api, rule), `${rule.name} was deleted.`).then((done) => {
              if (done) navigate({ page: 'rules' });
            });
          }}
        >
          Nobody is told any more when its pattern matches. Its targets themselves stay.
        </Confirm>
      )}
    </>
  );
}
