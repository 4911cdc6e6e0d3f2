import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useRef } from 'react';

import { sameCall, type PlannedCall } from './planned-call.ts';
import type { Progress } from './run-plan.ts';

type Props = {
  readonly title: string;
  readonly calls: readonly PlannedCall[];
  readonly progress: Progress;
  readonly href: string;
  /** `Show the trail` */
  readonly hrefText: string;
  readonly onRetry: () => void;
  /** Back into the form, to where the error is about. */
  readonly onCorrect: (failed: NonNullable<Progress['failed']>) => void;
};

/** Each step as it is done; where one fails, what is there already and how to go on. */
export function RunView({ title, calls, progress, href, hrefText, onRetry, onCorrect }: Props) {
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const left = calls.filter((call) => !progress.done.has(sameCall(call)));
  const finished = left.length === 0;
  return (
    <div className="ot-run">
      <Container
        header={
          <div ref={heading} tabIndex={-1}>
            <Header variant="h1">{title}</Header>
          </div>
        }
      >
        <SpaceBetween size="l">
          <ol className="ot-steps">
            {calls.map((call) => (
              <li key={call.id}>
                <StepState call={call} progress={progress} />
              </li>
            ))}
          </ol>
          <LiveRegion hidden>{announcement(calls, progress, finished)}</LiveRegion>
          {progress.failed && (
            <Failed failed={progress.failed} made={progress.made} onRetry={onRetry} onCorrect={onCorrect} />
          )}
          {finished && <Finished made={progress.made} href={href} text={hrefText} />}
        </SpaceBetween>
      </Container>
    </div>
  );
}

function StepState({ call, progress }: { readonly call: PlannedCall; readonly progress: Progress }) {
  const id = sameCall(call);
  if (progress.done.has(id)) return <StatusIndicator type="success">{call.title}</StatusIndicator>;
  if (progress.running === id) return <StatusIndicator type="in-progress">{call.title}</StatusIndicator>;
  if (progress.failed && sameCall(progress.failed.call) === id)
    return <StatusIndicator type="error">{call.title}</StatusIndicator>;
  return <StatusIndicator type="pending">{call.title}</StatusIndicator>;
}

type FailedProps = Pick<Props, 'onRetry' | 'onCorrect'> & {
  readonly failed: NonNullable<Progress['failed']>;
  readonly made: readonly string[];
};

function Failed({ failed, made, onRetry, onCorrect }: FailedProps) {
  const { call, error } = failed;
  return (
    <Alert
      type="error"
      header={`“${call.title}” failed`}
      action={
        <SpaceBetween size="xs" direction="horizontal">
          <Button onClick={() => onCorrect(failed)}>Change the form</Button>
          <Button onClick={onRetry}>Try again</Button>
        </SpaceBetween>
      }
    >
      <Box variant="p">
        <code>{error.code}</code>: {error.message}
      </Box>
      <Box variant="p">
        {made.length === 0 ? 'Nothing was made yet.' : `Made so far: ${made.join(', ')}.`} Going on does not
        do again what was done.
      </Box>
    </Alert>
  );
}

function Finished({
  made,
  href,
  text,
}: {
  readonly made: readonly string[];
  readonly href: string;
  readonly text: string;
}) {
  return (
    <Alert type="success" action={<Button href={href}>{text}</Button>}>
      {made.length === 0 ? 'Done.' : `Made: ${made.join(', ')}.`}
    </Alert>
  );
}

function announcement(calls: readonly PlannedCall[], progress: Progress, finished: boolean): string {
  if (finished) return 'All steps are done.';
  if (progress.failed) return `${progress.failed.call.title} failed: ${progress.failed.error.message}`;
  const running = calls.find((call) => sameCall(call) === progress.running);
  return running ? running.title : '';
}
