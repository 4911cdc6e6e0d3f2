import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { checkDataValue } from './check-selectors.ts';
import { BASIC_TYPES, EXCLUDABLE, type BasicType, type ReadWrite } from './event-selectors.ts';
import type { BasicDraft, DataDraft } from './selectors-draft.ts';
import { ValuesField } from './values-field.tsx';

type Props = { readonly basic: BasicDraft; readonly onChange: (basic: BasicDraft) => void };

const KINDS: readonly { readonly value: ReadWrite; readonly label: string }[] = [
  { value: 'All', label: 'Reads and writes' },
  { value: 'ReadOnly', label: 'Reads only' },
  { value: 'WriteOnly', label: 'Writes only' },
];

const TYPES: Readonly<Record<BasicType, { readonly label: string; readonly hint: string }>> = {
  'AWS::S3::Object': {
    label: 'S3 objects',
    hint: 'arn:aws:s3:::bucket/ for a bucket, arn:aws:s3:::bucket/prefix for a part of it; one a line',
  },
  'AWS::Lambda::Function': {
    label: 'Lambda functions',
    hint: 'arn:aws:lambda:region:account:function:name; one a line',
  },
  'AWS::DynamoDB::Table': {
    label: 'DynamoDB tables',
    hint: 'arn:aws:dynamodb:region:account:table/name; one a line',
  },
};

const SOURCES: Readonly<Record<string, string>> = {
  'kms.amazonaws.com': 'KMS',
  'rdsdata.amazonaws.com': 'the RDS Data API',
};

/** Management events, and data events of the three services that basic selectors know. */
export function BasicEditor({ basic, onChange }: Props) {
  const set = (changes: Partial<BasicDraft>) => onChange({ ...basic, ...changes });
  return (
    <SpaceBetween size="l">
      <Management basic={basic} set={set} />
      {basic.data.map((data, index) => (
        <DataEvents
          key={index}
          data={data}
          onChange={(next) => set({ data: basic.data.map((one, at) => (at === index ? next : one)) })}
          onRemove={() => set({ data: basic.data.filter((_one, at) => at !== index) })}
        />
      ))}
      <ButtonDropdown
        items={BASIC_TYPES.map((type) => ({ id: type, text: TYPES[type].label }))}
        onItemClick={({ detail }) =>
          set({
            data: [...basic.data, { type: detail.id as BasicType, kind: 'All', all: true, values: [] }],
          })
        }
      >
        Add data events
      </ButtonDropdown>
    </SpaceBetween>
  );
}

type ManagementProps = {
  readonly basic: BasicDraft;
  readonly set: (changes: Partial<BasicDraft>) => void;
};

function Management({ basic, set }: ManagementProps) {
  return (
    <div className="ot-choice">
      <SpaceBetween size="s">
        <Checkbox
          checked={basic.management}
          description="Who made, changed, looked at or deleted something of the account."
          onChange={({ detail }) => set({ management: detail.checked })}
        >
          Management events
        </Checkbox>
        {basic.management && (
          <div className="ot-choice-more">
            <SpaceBetween size="s">
              <RadioGroup
                ariaLabel="Which management events"
                direction="horizontal"
                value={basic.managementKind}
                items={KINDS}
                onChange={({ detail }) => set({ managementKind: detail.value as ReadWrite })}
              />
              {EXCLUDABLE.map((source) => (
                <Checkbox
                  key={source}
                  checked={basic.excluded.includes(source)}
                  onChange={({ detail }) =>
                    set({
                      excluded: detail.checked
                        ? [...basic.excluded, source]
                        : basic.excluded.filter((one) => one !== source),
                    })
                  }
                >
                  Leave out {SOURCES[source]}
                </Checkbox>
              ))}
            </SpaceBetween>
          </div>
        )}
      </SpaceBetween>
    </div>
  );
}

type DataProps = {
  readonly data: DataDraft;
  readonly onChange: (data: DataDraft) => void;
  readonly onRemove: () => void;
};

function DataEvents({ data, onChange, onRemove }: DataProps) {
  const { label, hint } = TYPES[data.type];
  return (
    <div className="ot-choice" role="group" aria-label={`Data events: ${label}`}>
      <SpaceBetween size="s">
        <div className="ot-choice-head">
          <strong>Data events: {label}</strong>
          <Button variant="inline-link" ariaLabel={`Remove data events of ${label}`} onClick={onRemove}>
            Remove
          </Button>
        </div>
        <div className="ot-choice-row">
          <FormField label="Events">
            <Select
              selectedOption={KINDS.find(({ value }) => value === data.kind) ?? null}
              options={KINDS}
              onChange={({ detail }) => onChange({ ...data, kind: detail.selectedOption.value as ReadWrite })}
            />
          </FormField>
          <FormField label="Of">
            <RadioGroup
              direction="horizontal"
              value={data.all ? 'all' : 'some'}
              items={[
                { value: 'all', label: `All ${label}` },
                { value: 'some', label: 'Some' },
              ]}
              onChange={({ detail }) => onChange({ ...data, all: detail.value === 'all' })}
            />
          </FormField>
        </div>
        {!data.all && (
          <ValuesField
            label="ARNs"
            hint={hint}
            values={data.values}
            required
            problemOf={(value) => checkDataValue(data.type, value)[0]}
            onChange={(values) => onChange({ ...data, values })}
          />
        )}
      </SpaceBetween>
    </div>
  );
}
