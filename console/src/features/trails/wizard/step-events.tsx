import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';

import { AdvancedEditor } from '../selectors/advanced-editor.tsx';
import { BasicEditor } from '../selectors/basic-editor.tsx';
import { problemsOf, switchMode, type SelectorsDraft } from '../selectors/selectors-draft.ts';
import { AGGREGATION_TEMPLATES } from './draft.ts';
import { useForm } from './form-context.tsx';

/** What the trail logs. */
export function EventsStep() {
  const { draft, state, change, errorOf } = useForm();
  const { selectors } = draft;
  // A value's own mistake stands at the value, a selector's at the selector.
  const refused = state.refused.selectors !== undefined;
  const nothing =
    selectors.mode === 'basic' && !selectors.basic.management && selectors.basic.data.length === 0;
  const set = (changes: Partial<SelectorsDraft>) =>
    change('selectors', { selectors: { ...selectors, ...changes } });
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Events</Header>}>
        <SpaceBetween size="l">
          <FormField
            label="Choose by"
            description={MODES[selectors.mode]}
            errorText={refused || nothing ? errorOf('selectors') : undefined}
            stretch
          >
            <SegmentedControl
              label="How events are chosen"
              selectedId={selectors.mode}
              options={[
                { id: 'basic', text: 'Simple choice' },
                { id: 'advanced', text: 'Advanced selectors' },
                { id: 'json', text: 'JSON' },
              ]}
              onChange={({ detail }) =>
                change('selectors', {
                  selectors: switchMode(selectors, detail.selectedId as SelectorsDraft['mode']),
                })
              }
            />
          </FormField>
          {selectors.mode === 'basic' && (
            <BasicEditor basic={selectors.basic} onChange={(basic) => set({ basic })} />
          )}
          {selectors.mode === 'advanced' && (
            <AdvancedEditor selectors={selectors.advanced} onChange={(advanced) => set({ advanced })} />
          )}
          {selectors.mode === 'json' && <JsonEditor draft={selectors} onChange={(json) => set({ json })} />}
        </SpaceBetween>
      </Container>
      <MoreEvents />
    </SpaceBetween>
  );
}

const MODES: Readonly<Record<SelectorsDraft['mode'], string>> = {
  basic: 'Management events, and data events of S3, Lambda and DynamoDB.',
  advanced:
    'Each event that any selector takes is logged; a selector takes what meets all of its conditions.',
  json: 'As PutEventSelectors takes them: {"AdvancedEventSelectors": […]} or {"EventSelectors": […]}.',
};

function JsonEditor(props: { readonly draft: SelectorsDraft; readonly onChange: (json: string) => void }) {
  const problems = problemsOf(props.draft);
  return (
    <FormField
      label="Event selectors"
      stretch
      errorText={problems.length > 0 ? problems.slice(0, 4).join(' ') : undefined}
    >
      <div className="ot-code-area">
        <Textarea
          value={props.draft.json}
          rows={18}
          spellcheck={false}
          disableBrowserAutocorrect
          onChange={({ detail }) => props.onChange(detail.value)}
        />
      </div>
    </FormField>
  );
}

function MoreEvents() {
  const { draft, change, errorOf } = useForm();
  const { aggregation } = draft;
  return (
    <Container header={<Header variant="h2">Besides</Header>}>
      <SpaceBetween size="l">
        <FormField
          label="Aggregated data events"
          description="A summary every five minutes, delivered beside the log files under CloudTrail-Aggregated."
          errorText={errorOf('aggregation')}
        >
          <SpaceBetween size="xs">
            {AGGREGATION_TEMPLATES.map(([id, label, description]) => (
              <Checkbox
                key={id}
                checked={aggregation.includes(id)}
                description={description}
                onChange={({ detail }) =>
                  change('aggregation', {
                    aggregation: detail.checked
                      ? [...aggregation, id]
                      : aggregation.filter((one) => one !== id),
                  })
                }
              >
                {label}
              </Checkbox>
            ))}
          </SpaceBetween>
        </FormField>
        <FormField label="Deliveries of the trail itself" errorText={errorOf('recursive')}>
          <Checkbox
            checked={draft.recursive}
            description="CloudTrail’s own writes into the bucket, where data events of that bucket are logged."
            onChange={({ detail }) => change('recursive', { recursive: detail.checked })}
          >
            Log them
          </Checkbox>
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
