import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { TimeText } from '../../parts/time-text.tsx';
import { ALL_MANAGEMENT, type Attempt, type Deliveries, type Rule } from './rules.ts';

export function RuleStateText({ rule }: { readonly rule: Rule }) {
  if (rule.state === 'DISABLED') return <StatusIndicator type="stopped">Disabled</StatusIndicator>;
  return (
    <StatusIndicator type="success">
      {rule.state === ALL_MANAGEMENT ? 'Enabled, reads too' : 'Enabled'}
    </StatusIndicator>
  );
}

const OUTCOMES: Readonly<
  Record<string, { readonly type: 'success' | 'error' | 'warning'; readonly text: string }>
> = {
  delivered: { type: 'success', text: 'Delivered' },
  failed: { type: 'warning', text: 'Failed, will be retried' },
  'given-up': { type: 'error', text: 'Given up' },
  'dead-lettered': { type: 'error', text: 'In the dead-letter queue' },
  'dead-letter-failed': { type: 'error', text: 'Dead-letter queue failed' },
};

export function OutcomeText({ attempt }: { readonly attempt: Attempt }) {
  const { type, text } = OUTCOMES[attempt.outcome] ?? { type: 'warning', text: attempt.outcome };
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

/** The newest attempt of all of a rule's targets, or of one. */
export function LastAttempt({
  deliveries,
  target,
}: {
  readonly deliveries: Deliveries | undefined;
  readonly target?: string;
}) {
  if (!deliveries) return <>–</>;
  const last = deliveries.attempts.find(({ targetId }) => target === undefined || targetId === target);
  const waiting = deliveries.waiting
    .filter(({ targetId }) => target === undefined || targetId === target)
    .reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      {last ? (
        <>
          <OutcomeText attempt={last} />{' '}
          <span className="ot-secondary">
            <TimeText ms={last.at} brief />
          </span>
          {last.code !== '' && (
            <div className="ot-why">
              <code>{last.code}</code> {last.message}
            </div>
          )}
        </>
      ) : (
        <span className="ot-secondary">nothing sent since the server started</span>
      )}
      {waiting > 0 && <div className="ot-secondary">{waiting.toLocaleString('en')} waiting</div>}
    </>
  );
}

const ADVICE: Readonly<Record<string, string>> = {
  NO_PERMISSIONS:
    'The target’s policy does not let events.amazonaws.com in, or its address is private: OPENTRAIL_WEBHOOK_ALLOW lists the private ones that may be called.',
  NO_RESOURCE: 'The target is gone: make it again, or remove it from the rule.',
  CONNECTION_FAILURE: 'Nobody answers there: it is tried again.',
  TIMEOUT: 'It takes too long to answer: it is tried again.',
  THROTTLING: 'It asks for fewer: it is tried again.',
  ERROR_FROM_TARGET: 'It said no: its own log knows why.',
  INVALID_PARAMETER: 'It does not take what is sent: look at the target’s settings.',
};

export function adviceFor(code: string): string | undefined {
  return ADVICE[code];
}
