import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { PlanForm } from '../../plan/form-frame.tsx';
import { useDoing } from '../../plan/use-doing.ts';
import { navigate } from '../../routing/use-route.ts';
import { PageLayout } from '../../shell/page-layout.tsx';
import { nameProblem, planDashboard, type DashboardDraft } from './draft.ts';

const QUERIES = ['dashboards', 'dashboard'];
const CRUMBS = [
  { text: 'Dashboards', href: '#/dashboards' },
  { text: 'Create dashboard', href: '#/create-dashboard' },
];

/** A new dashboard, which gets its widgets afterwards. */
export default function CreateDashboardPage() {
  const [draft, setDraft] = useState<DashboardDraft>({ name: '', isProtected: false });
  const [shown, setShown] = useState(false);
  const doing = useDoing(QUERIES);
  const problem = nameProblem(draft.name);
  const calls = problem === undefined ? [planDashboard(draft)] : [];
  return (
    <PageLayout active="dashboards" title="Create dashboard" contentType="default" crumbs={CRUMBS}>
      <div className="ot-trail">
        <PlanForm
          title="Create dashboard"
          verb="Create dashboard"
          onCancel={() => navigate({ page: 'dashboards' })}
          onSubmit={() => {
            setShown(true);
            if (problem === undefined) doing.start(calls);
          }}
          calls={calls}
          name={draft.name}
          isChange={false}
          doing={doing}
          page={{ page: 'dashboard', id: draft.name }}
          showText="Show the dashboard"
        >
          <Container header={<Header variant="h2">Dashboard</Header>}>
            <SpaceBetween size="l">
              <FormField
                label="Name"
                constraintText="3 to 128 letters, digits, hyphens and underscores."
                errorText={shown ? problem : undefined}
              >
                <Input
                  value={draft.name}
                  spellcheck={false}
                  autoComplete={false}
                  onChange={({ detail }) => setDraft({ ...draft, name: detail.value })}
                />
              </FormField>
              <Checkbox
                checked={draft.isProtected}
                description="It cannot be deleted until this is switched off."
                onChange={({ detail }) => setDraft({ ...draft, isProtected: detail.checked })}
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
