import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { Tag } from '../trails.ts';
import { useForm } from './form-context.tsx';
import { wrongTag } from './validate.ts';

/** Name, reach and tags. */
export function TrailStep() {
  const { draft, change, errorOf, place, noOrganization, before } = useForm();
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Name and reach</Header>}>
        <SpaceBetween size="l">
          <FormField
            label="Name"
            errorText={errorOf('name')}
            constraintText={
              before
                ? 'A trail keeps its name.'
                : '3 to 128 letters, digits, periods, hyphens and underscores.'
            }
          >
            <Input
              value={draft.name}
              disabled={before !== undefined}
              spellcheck={false}
              autoComplete={false}
              onChange={({ detail }) => change('name', { name: detail.value })}
            />
          </FormField>
          <FormField label="Regions" errorText={errorOf('scope')}>
            <RadioGroup
              value={draft.multiRegion ? 'all' : 'one'}
              items={[
                {
                  value: 'all',
                  label: 'All regions',
                  description: 'One trail that logs wherever something happens. What most want.',
                },
                { value: 'one', label: `Only ${place.region}` },
              ]}
              onChange={({ detail }) =>
                change('scope', {
                  multiRegion: detail.value === 'all',
                  globalEvents: detail.value === 'all' || draft.globalEvents,
                })
              }
            />
          </FormField>
          {!draft.multiRegion && (
            <Checkbox
              checked={draft.globalEvents}
              description="IAM, STS and other services without a region. They are recorded in us-east-1."
              onChange={({ detail }) => change('scope', { globalEvents: detail.checked })}
            >
              Global service events
            </Checkbox>
          )}
          <FormField
            label="Accounts"
            constraintText={
              noOrganization ??
              `Logs every account of the organization ${place.organization?.id ?? ''} into this trail’s bucket.`
            }
          >
            <Checkbox
              checked={draft.organization}
              disabled={noOrganization !== undefined && !draft.organization}
              onChange={({ detail }) => change('scope', { organization: detail.checked })}
            >
              The whole organization
            </Checkbox>
          </FormField>
        </SpaceBetween>
      </Container>
      <Container
        header={
          <Header variant="h2" description="To find it again, and to write policies by.">
            Tags
          </Header>
        }
      >
        <TagsField tags={draft.tags} error={errorOf('tags')} onChange={(tags) => change('tags', { tags })} />
      </Container>
    </SpaceBetween>
  );
}

type TagsProps = {
  readonly tags: readonly Tag[];
  readonly error: string | undefined;
  readonly onChange: (tags: readonly Tag[]) => void;
};

function TagsField({ tags, error, onChange }: TagsProps) {
  const set = (index: number, changes: Partial<Tag>) =>
    onChange(tags.map((tag, at) => (at === index ? { ...tag, ...changes } : tag)));
  const wrong = error === undefined ? undefined : wrongTag(tags);
  const problemAt = (part: 'key' | 'value') => (_tag: Tag, index: number) =>
    wrong?.index === index && wrong.part === part ? wrong.problem : undefined;
  return (
    <FormField errorText={error !== undefined && wrong?.problem !== error ? error : undefined} stretch>
      <AttributeEditor
        items={tags}
        addButtonText="Add a tag"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ key }) => `Remove the tag ${key}`}
        empty="No tags."
        disableAddButton={tags.length >= 50}
        onAddButtonClick={() => onChange([...tags, { key: '', value: '' }])}
        onRemoveButtonClick={({ detail }) => onChange(tags.filter((_tag, at) => at !== detail.itemIndex))}
        definition={[
          {
            label: 'Key',
            errorText: problemAt('key'),
            control: ({ key }, index) => (
              <Input value={key} onChange={({ detail }) => set(index, { key: detail.value })} />
            ),
          },
          {
            label: 'Value',
            errorText: problemAt('value'),
            control: ({ value }, index) => (
              <Input value={value} onChange={({ detail }) => set(index, { value: detail.value })} />
            ),
          },
        ]}
      />
    </FormField>
  );
}
