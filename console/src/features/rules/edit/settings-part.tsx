import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';

import { settingsProblems, type TargetSettings } from '../target-settings.ts';

type Props = {
  /** Of the target. */
  readonly id: string;
  readonly settings: TargetSettings;
  readonly onChange: (settings: TargetSettings) => void;
};

const GETS = [
  { value: 'event', label: 'The whole event' },
  { value: 'part', label: 'A part of it' },
  { value: 'made', label: 'A text made of it' },
  { value: 'fixed', label: 'Always the same' },
];

/** What a target gets, how long it is tried, and where what it never took goes. Closed: most need none of it. */
export function SettingsPart({ id, settings, onChange }: Props) {
  const problems = settingsProblems(settings);
  const change = (changes: Partial<TargetSettings>) => onChange({ ...settings, ...changes });
  const field = (name: keyof TargetSettings, label: string, hint: string, isLong = false) => {
    const shared = {
      value: settings[name],
      spellcheck: false,
      onChange: ({ detail }: { detail: { value: string } }) => change({ [name]: detail.value }),
    };
    return (
      <FormField label={label} constraintText={hint} errorText={problems[name]}>
        {isLong ? <Textarea {...shared} rows={3} /> : <Input {...shared} autoComplete={false} />}
      </FormField>
    );
  };
  return (
    <ExpandableSection
      headerText="What it gets, and when it fails"
      headerAriaLabel={`What it gets, and when it fails: ${id}`}
    >
      <SpaceBetween size="s">
        <FormField label="Gets">
          <Select
            selectedOption={GETS.find(({ value }) => value === settings.gets) ?? null}
            options={GETS}
            onChange={({ detail }) => change({ gets: detail.selectedOption.value as TargetSettings['gets'] })}
          />
        </FormField>
        {settings.gets === 'part' && field('path', 'Path of the part', '$.detail, say.')}
        {settings.gets === 'fixed' && (
          <div className="ot-code-area">{field('fixed', 'What it gets (JSON)', '', true)}</div>
        )}
        {settings.gets === 'made' && (
          <div className="ot-code-area">
            <SpaceBetween size="s">
              {field('paths', 'Values by name (JSON)', 'A path of the event for each name.', true)}
              {field(
                'template',
                'Template',
                'JSON, or lines of text in quotes, with <name> for a value.',
                true,
              )}
            </SpaceBetween>
          </div>
        )}
        <div className="ot-choice-row">
          {field('attempts', 'Tried again, times', '185 unless told otherwise.')}
          {field('age', 'For so many seconds', '86,400 unless told otherwise.')}
        </div>
        {field(
          'deadLetters',
          'Queue for what it never took (optional)',
          'Name or ARN. Its policy must let events.amazonaws.com send.',
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}
