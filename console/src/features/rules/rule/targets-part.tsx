import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { adviceFor, LastAttempt } from '../rule-status.tsx';
import { listTargets, type Deliveries, type Rule, type Target } from '../rules.ts';
import { describeTarget } from '../targets.ts';

type Props = { readonly rule: Rule; readonly deliveries: Deliveries | undefined };

/** Where what matches goes, when each last got something, and what keeps it from it. */
export function TargetsPart({ rule, deliveries }: Props) {
  const { api } = useConnection();
  const targets = useQuery({
    queryKey: ['rule-targets', rule.bus, rule.name],
    queryFn: ({ signal }) => listTargets(api, rule, signal),
    staleTime: 0,
  });
  return (
    <Container
      header={
        <Header variant="h2" counter={targets.data && `(${targets.data.length})`}>
          Targets
        </Header>
      }
    >
      {targets.isPending && <Waiting what="the targets" lines={2} />}
      {targets.isError && (
        <ErrorState error={targets.error} what="Targets" action="events:ListTargetsByRule" />
      )}
      {targets.data?.length === 0 && (
        <Box color="text-body-secondary">
          None: nobody is told.{' '}
          <a className="ot-link" href={formatHash({ page: 'edit-rule', name: rule.name, bus: rule.bus })}>
            Add one
          </a>
          .
        </Box>
      )}
      <ul className="ot-plain-list ot-deliveries">
        {targets.data?.map((target) => (
          <TargetItem key={target.Id} target={target} deliveries={deliveries} />
        ))}
      </ul>
    </Container>
  );
}

function TargetItem({
  target,
  deliveries,
}: {
  readonly target: Target;
  readonly deliveries: Deliveries | undefined;
}) {
  const { kind, name } = describeTarget(target);
  const last = deliveries?.attempts.find(({ targetId }) => targetId === target.Id);
  const advice = last && adviceFor(last.code);
  return (
    <li>
      <h3>
        {kind} {name}
      </h3>
      <p className="ot-mono ot-anywhere">
        {target.Arn} <CopyButton text={target.Arn} what={`the ARN of ${name}`} />
      </p>
      {deliveries && (
        <div>
          <LastAttempt deliveries={deliveries} target={target.Id} />
        </div>
      )}
      {advice && <p>{advice}</p>}
      <p className="ot-secondary">{settingsOf(target).join(' · ')}</p>
    </li>
  );
}

function settingsOf(target: Target): string[] {
  const retry = target['RetryPolicy'] as { MaximumRetryAttempts?: number } | undefined;
  const dead = target['DeadLetterConfig'] as { Arn?: string } | undefined;
  return [
    target.Id,
    target['Input'] !== undefined
      ? 'gets a fixed text'
      : target['InputPath'] !== undefined
        ? `gets ${String(target['InputPath'])}`
        : target['InputTransformer'] !== undefined
          ? 'gets a text made of the event'
          : 'gets the whole event',
    ...(retry?.MaximumRetryAttempts === undefined ? [] : [`tried again ${retry.MaximumRetryAttempts} times`]),
    ...(dead?.Arn === undefined ? [] : [`what fails goes to ${dead.Arn.split(':').at(-1)}`]),
  ];
}
