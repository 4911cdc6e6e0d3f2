import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { PlanForm } from '../../plan/form-frame.tsx';
import { useDoing } from '../../plan/use-doing.ts';
import { navigate } from '../../routing/use-route.ts';
import { PageLayout } from '../../shell/page-layout.tsx';
import { EMPTY_STORE, KEEPS, planStore, problemsOf, type StoreDraft } from './draft.ts';

const QUERIES = ['store-names', 'queryable-stores', 'store'];
const CRUMBS = [
  { text: 'Event data stores', href: '#/stores' },
  { text: 'Create event data store', href: '#/create-store' },
];

/** A new event data store. */
export default function CreateStorePage() {
  const [draft, setDraft] = useState(EMPTY_STORE);
  const [shown, setShown] = useState(false);
  const doing = useDoing(QUERIES);
  const problems = problemsOf(draft);
  const isValid = Object.keys(problems).length === 0;
  const calls = isValid ? [planStore(draft)] : [];
  const change = (changes: Partial<StoreDraft>) => setDraft({ ...draft, ...changes });
  const field = (name: 'name' | 'days', label: string, hint: string) => (
    <FormField label={label} constraintText={hint} errorText={shown ? problems[name] : undefined}>
      <Input
        value={draft[name]}
        spellcheck={false}
        autoComplete={false}
        onChange={({ detail }) => change({ [name]: detail.value })}
      />
    </FormField>
  );
  return (
    <PageLayout active="stores" title="Create event data store" contentType="default" crumbs={CRUMBS}>
      <div className="ot-trail">
        <PlanForm
          title="Create event data store"
          verb="Create event data store"
          onCancel={() => navigate({ page: 'stores' })}
          onSubmit={() => {
            setShown(true);
            if (isValid) doing.start(calls);
          }}
          calls={calls}
          name={draft.name}
          isChange={false}
          doing={doing}
          page={{ page: 'stores' }}
          showText="Show the event data stores"
        >
          <Container header={<Header variant="h2">Event data store</Header>}>
            <SpaceBetween size="l">
              {field('name', 'Name', '3 to 128 letters, digits, periods, hyphens and underscores.')}
              {field('days', 'Keeps events, days', 'By the time of the event: 7 to 3,653.')}
              <FormField label="What it keeps">
                <Select
                  selectedOption={KEEPS.find(({ value }) => value === draft.keeps) ?? null}
                  options={KEEPS}
                  onChange={({ detail }) =>
                    change({ keeps: (detail.selectedOption.value ?? 'management') as StoreDraft['keeps'] })
                  }
                />
              </FormField>
              <Checkbox
                checked={draft.multiRegion}
                onChange={({ detail }) => change({ multiRegion: detail.checked })}
              >
                Of all regions
              </Checkbox>
              <Checkbox
                checked={draft.organization}
                description="Only the management account or a delegated administrator can."
                onChange={({ detail }) => change({ organization: detail.checked })}
              >
                Of all accounts of the organization
              </Checkbox>
              <Checkbox
                checked={draft.isProtected}
                description="It cannot be deleted until this is switched off."
                onChange={({ detail }) => change({ isProtected: detail.checked })}
              >
                Protected
              </Checkbox>
            </SpaceBetween>
          </Container>
        </PlanForm>
      </div>
    </PageLayout>
  );
}
