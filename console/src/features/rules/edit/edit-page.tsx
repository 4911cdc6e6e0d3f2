import { useQuery } from '@tanstack/react-query';

import { lookupEvent } from '../../../events/lookup.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { describeRule, listBuses, listTargets, type RuleKey } from '../rules.ts';
import { draftOf, newDraft } from './draft.ts';
import { RuleForm } from './rule-form.tsx';

type Props = {
  /** Undefined for a new one. */
  readonly rule: RuleKey | undefined;
  /** Id of the event that a new one is for. */
  readonly event: string | undefined;
};

/** A new rule, or the same form for one that is there. */
export default function EditRulePage({ rule, event }: Props) {
  const { api, everywhere } = useConnection();
  const form = useQuery({
    queryKey: ['rule-form', rule, event],
    queryFn: async ({ signal }) => {
      if (rule) {
        const [{ rule: found }, targets] = await Promise.all([
          describeRule(api, rule, signal),
          listTargets(api, rule, signal),
        ]);
        const before = draftOf(found, targets);
        return { before, initial: before, start: undefined, buses: [found.bus] };
      }
      const [start, buses] = await Promise.all([
        event === undefined ? undefined : lookupEvent(api, event, everywhere, signal),
        listBuses(api, signal),
      ]);
      return { before: undefined, initial: newDraft(start), start, buses };
    },
    gcTime: 0,
    staleTime: Infinity,
  });
  const title = rule ? `Edit ${rule.name}` : 'Create rule';
  const rules = { text: 'Rules', href: '#/rules' };
  const crumbs = rule
    ? [
        rules,
        { text: rule.name, href: formatHash({ page: 'rule', ...rule }) },
        { text: 'Edit', href: formatHash({ page: 'edit-rule', ...rule }) },
      ]
    : [rules, { text: title, href: '#/create-rule' }];
  return (
    <PageLayout active="rules" title={title} contentType="default" crumbs={crumbs}>
      <div className="ot-trail">
        {form.isPending && <Waiting what="the form" lines={8} />}
        {form.isError && (
          <ErrorState
            error={form.error}
            what="The form"
            heading={title}
            action={rule ? 'events:DescribeRule' : 'events:ListEventBuses'}
            onRetry={() => void form.refetch()}
          />
        )}
        {form.data && (
          <RuleForm {...form.data} title={title} missing={event !== undefined && !form.data.start} />
        )}
      </div>
    </PageLayout>
  );
}
