import Button from '@cloudscape-design/components/button';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';

import { useList } from '../../../parts/use-list.ts';
import { useConnection } from '../../../session/context.tsx';
import { ListPage } from '../../../shell/list-page.tsx';
import { describeRule, listRules, listTargets, type Rule } from '../rules.ts';
import { COLUMNS, type Row } from './columns.tsx';
import { NoRules } from './no-rules.tsx';

/** The rules of the session's account and region: what they wait for, and whether what they send arrives. */
export default function RulesPage() {
  const { api } = useConnection();
  const queries = useQueryClient();
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => listRules(api, signal),
    staleTime: 0,
  });
  const list = useList(
    rules.data ?? [],
    ({ name, bus, pattern, schedule, description }) => `${name} ${bus} ${pattern} ${schedule} ${description}`,
    25,
  );
  const rows = useRows(list.seen);
  return (
    <ListPage
      active="rules"
      title="Rules"
      action="events:ListRules"
      query={rules}
      onRefresh={() => {
        for (const key of ['rules', 'rule', 'rule-targets'])
          void queries.invalidateQueries({ queryKey: [key] });
      }}
      list={list}
      rows={rows}
      trackBy="arn"
      columns={COLUMNS}
      findBy="by name or pattern"
      actions={
        <Button variant="primary" href="#/create-rule">
          Create rule
        </Button>
      }
      empty={<NoRules />}
    />
  );
}

/** Of those rules only that are seen, targets and deliveries are asked. */
function useRows(seen: readonly Rule[]): readonly Row[] {
  const { api } = useConnection();
  const details = useQueries({
    queries: seen.map((rule) => ({
      queryKey: ['rule', rule.bus, rule.name],
      queryFn: ({ signal }: { signal: AbortSignal }) => describeRule(api, rule, signal),
      staleTime: 0,
    })),
  });
  const targets = useQueries({
    queries: seen.map((rule) => ({
      queryKey: ['rule-targets', rule.bus, rule.name],
      queryFn: ({ signal }: { signal: AbortSignal }) => listTargets(api, rule, signal),
      staleTime: 0,
    })),
  });
  return seen.map((rule, index) => ({
    ...rule,
    deliveries: details[index]?.data?.deliveries,
    targets: targets[index]?.data,
  }));
}
