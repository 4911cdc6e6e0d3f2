import ExpandableSection from '@cloudscape-design/components/expandable-section';

import { Command } from '../../../parts/command.tsx';
import type { PolicyStatement } from './policies.ts';

type Props = {
  /** `the key’s policy` */
  readonly what: string;
  readonly statements: readonly PolicyStatement[];
};

/** What must be in the policy of something that exists: nothing but the bucket's is changed from here. */
export function PolicyNeeds({ what, statements }: Props) {
  return (
    <ExpandableSection headerText={`What ${what} needs`} variant="inline">
      <Command text={JSON.stringify(statements, null, 2)} what={`what ${what} needs`} />
    </ExpandableSection>
  );
}
