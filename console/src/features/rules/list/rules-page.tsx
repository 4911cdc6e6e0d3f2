import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { isNotServed } from '../../../aws/errors.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { ItemList } from '../../../parts/item-list.tsx';
import { NotServed } from '../../../parts/not-served.tsx';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { describeRule, listRules, listTargets } from '../rules.ts';
import { COLUMNS, type Row } from './columns.tsx';
import { NoRules } from './no-rules.tsx';

const PAGE_SIZE = 25;
const FILTER_FROM = 6;

/** The rules of the session's account and region: what they wait for, and whether what they send arrives. */
export default function RulesPage() {
  const { session } = useConnection();
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const { rules, rows, total, matches, pages, current, refresh } = useRows(text, page);
  const { error } = rules;
  const header = (
    <Header
      variant="h1"
      counter={rules.data && (text === '' ? `(${total})` : `(${matches}/${total})`)}
      description={`Account ${session.accountId}, ${session.region}.`}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={rules.isFetching && !rules.isPending}
            onClick={refresh}
          />
          <Button variant="primary" href="#/create-rule">
            Create rule
          </Button>
        </SpaceBetween>
      }
    >
      Rules
    </Header>
  );
  return (
    <PageLayout active="rules" title="Rules">
      <div className="ot-history">
        {error && isNotServed(error) && <NotServed title="No rules here" error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="Rules"
            heading="Rules"
            action="events:ListRules"
            onRetry={refresh}
          />
        )}
        {!error && (
          <ItemList
            what="Rules"
            items={rows}
            trackBy="arn"
            columns={COLUMNS}
            loading={rules.isPending}
            header={header}
            empty={<NoRules filtered={text} onClear={() => setText('')} />}
            filter={
              (total >= FILTER_FROM || text !== '') && (
                <TextFilter
                  filteringText={text}
                  filteringPlaceholder="Find rules by name or pattern"
                  filteringAriaLabel="Find rules"
                  countText={text === '' ? '' : matches === 1 ? '1 match' : `${matches} matches`}
                  onChange={({ detail }) => {
                    setText(detail.filteringText);
                    setPage(1);
                  }}
                />
              )
            }
            pagination={
              pages > 1 && (
                <Pagination
                  currentPageIndex={current}
                  pagesCount={pages}
                  onChange={({ detail }) => setPage(detail.currentPageIndex)}
                />
              )
            }
          />
        )}
      </div>
    </PageLayout>
  );
}

/** Of those rules only that are seen, targets and deliveries are asked. */
function useRows(text: string, page: number) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => listRules(api, signal),
    staleTime: 0,
  });
  const words = text.toLowerCase().split(/\s+/);
  const matching = (rules.data ?? []).filter(({ name, bus, pattern, schedule, description }) => {
    const among = `${name} ${bus} ${pattern} ${schedule} ${description}`.toLowerCase();
    return words.every((word) => among.includes(word));
  });
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const current = Math.min(page, pages);
  const seen = matching.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE);
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
  const rows: readonly Row[] = seen.map((rule, index) => ({
    ...rule,
    deliveries: details[index]?.data?.deliveries,
    targets: targets[index]?.data,
  }));
  const refresh = () => {
    for (const key of ['rules', 'rule', 'rule-targets']) void queries.invalidateQueries({ queryKey: [key] });
  };
  const total = rules.data?.length ?? 0;
  return { rules, rows, total, matches: matching.length, pages, current, refresh };
}
