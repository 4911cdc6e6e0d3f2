import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

import { formatHash, type Route } from '../routing/route.ts';
import { useConnection } from '../session/context.tsx';
import { CommandsPart } from './commands-part.tsx';
import type { PlannedCall } from './planned-call.ts';
import { RunView } from './run-view.tsx';
import type { useDoing } from './use-doing.ts';

type FrameProps = {
  readonly title: string;
  /** A page of its own, or a part of one. */
  readonly level?: 'h1' | 'h2';
  /** On the button. */
  readonly verb: string;
  readonly busy?: boolean;
  readonly onCancel: () => void;
  readonly onSubmit: () => void;
  /** What the button does; none while something is wrong. */
  readonly calls: readonly PlannedCall[];
  readonly children: ReactNode;
};

/** A form: its fields, its two buttons, and the commands that do the same. */
export function FormFrame(props: FrameProps) {
  const { title, level = 'h1', verb, busy = false, onCancel, onSubmit, calls, children } = props;
  const { session } = useConnection();
  return (
    <Form
      header={<Header variant={level}>{title}</Header>}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button variant="link" onClick={onCancel}>
            Cancel
          </Button>
          <Button variant="primary" loading={busy} onClick={onSubmit}>
            {verb}
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        {children}
        {calls.length > 0 && <CommandsPart calls={calls} region={session.region} />}
      </SpaceBetween>
    </Form>
  );
}

type PlanProps = FrameProps & {
  /** What is made or changed: `deny-root`. */
  readonly name: string;
  /** There already, so that it is changed. */
  readonly isChange: boolean;
  readonly doing: ReturnType<typeof useDoing>;
  /** Where it is looked at afterwards, and `Show the rule`. */
  readonly page: Route;
  readonly showText: string;
};

/** A form whose button does a plan: the form gives way to the steps, and comes back for a correction. */
export function PlanForm({ name, isChange, doing, page, showText, ...frame }: PlanProps) {
  if (!doing.calls) return <FormFrame {...frame} />;
  return (
    <RunView
      title={isChange ? `Changing ${name}` : `Making ${name}`}
      calls={doing.calls}
      progress={doing.progress}
      href={formatHash(page)}
      hrefText={showText}
      onRetry={() => doing.start(frame.calls)}
      onCorrect={doing.leave}
    />
  );
}
