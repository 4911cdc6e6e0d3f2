import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';

import type { TrailEvent } from '../../../events/trail-event.ts';
import { isNarrowed, narrowed, narrowingsOf } from '../pattern/narrow.ts';
import { ALL_MANAGEMENT } from '../rules.ts';
import type { PartProps } from './rule-form.tsx';

type Props = PartProps & { readonly start: TrailEvent | undefined };

/** The pattern as text, with what the event suggests to tick. */
export function PatternPart({ draft, change, error, start }: Props) {
  const { pattern, state } = draft;
  const rows = Math.min(24, Math.max(8, pattern.split('\n').length + 1));
  return (
    <Container
      header={
        <Header variant="h2" description="An event matches where each field has one of the listed values.">
          Event pattern
        </Header>
      }
    >
      <SpaceBetween size="l">
        {start && (
          <FormField label="Only">
            {narrowingsOf(start).map((option) => {
              const on = isNarrowed(pattern, option);
              return (
                <Checkbox
                  key={option.id}
                  checked={on ?? false}
                  disabled={on === undefined}
                  onChange={({ detail }) =>
                    change({ pattern: narrowed(pattern, option, detail.checked) }, 'pattern')
                  }
                >
                  {option.label}
                </Checkbox>
              );
            })}
          </FormField>
        )}
        <div className="ot-code-area">
          <FormField label="Pattern (JSON)" errorText={error} stretch>
            <Textarea
              value={pattern}
              rows={rows}
              spellcheck={false}
              onChange={({ detail }) => change({ pattern: detail.value }, 'pattern')}
            />
          </FormField>
        </div>
        <Checkbox
          checked={state === ALL_MANAGEMENT}
          disabled={state === 'DISABLED'}
          description="Management events named Get…, List… or Describe… that only read. There are many."
          onChange={({ detail }) => change({ state: detail.checked ? ALL_MANAGEMENT : 'ENABLED' })}
        >
          Also for what only reads
        </Checkbox>
        {state === 'DISABLED' && (
          <Box variant="small" color="text-body-secondary">
            The rule is disabled, and stays so.
          </Box>
        )}
      </SpaceBetween>
    </Container>
  );
}
