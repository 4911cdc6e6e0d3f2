import ExpandableSection from '@cloudscape-design/components/expandable-section';
import type { ReactNode } from 'react';

import { Command } from '../parts/command.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { cliCommand, cliScript } from './cli-commands.ts';
import type { PlannedCall } from './planned-call.ts';

type Props = {
  readonly calls: readonly PlannedCall[];
  readonly region: string;
  readonly children?: ReactNode;
};

/** A plan as the commands that do the same. */
export function CommandsPart({ calls, region, children }: Props) {
  return (
    <ExpandableSection
      variant="container"
      defaultExpanded
      headerText="The same with the AWS CLI"
      headerDescription="These commands do exactly what the button does."
      headerActions={<CopyButton text={cliScript(calls, region)} what="all commands" label="Copy all" />}
    >
      <ol className="ot-commands">
        {calls.map((call) => (
          <li key={call.id}>
            <span className="ot-secondary">{call.title}</span>
            <Command text={cliCommand(call, region)} />
          </li>
        ))}
      </ol>
      {children}
    </ExpandableSection>
  );
}
