import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import type { ReactNode } from 'react';

import { isNotServed } from '../aws/errors.ts';
import { ErrorState } from '../parts/error-state.tsx';
import { ItemList, type Column } from '../parts/item-list.tsx';
import { NotServed } from '../parts/not-served.tsx';
import type { ListView } from '../parts/use-list.ts';
import { useConnection } from '../session/context.tsx';
import { PageLayout, type PageName } from './page-layout.tsx';

type Props<T, Row> = {
  readonly active: PageName;
  /** In the plural: `Log groups`. */
  readonly title: string;
  /** Account and region where it is left out. */
  readonly description?: ReactNode;
  /** The permission the list needs. */
  readonly action: string;
  readonly query: ListQuery;
  readonly onRefresh: () => void;
  readonly list: ListView<T>;
  /** What is shown of those that are seen, where that is more than the list tells. */
  readonly rows: readonly Row[];
  readonly trackBy: keyof Row & string;
  readonly columns: readonly Column<Row>[];
  /** `by name or pattern` */
  readonly findBy: string;
  readonly actions?: ReactNode;
  readonly counter?: string | undefined;
  /** What there is to say and to do where there are none at all. */
  readonly empty: ReactNode;
  /** Above the page: what an action led to. */
  readonly said?: ReactNode;
  /** Between that and the list. */
  readonly above?: ReactNode;
  readonly selection?: {
    readonly selected: readonly Row[];
    readonly onSelect: (rows: readonly Row[]) => void;
    readonly nameOf: (row: Row) => string;
  };
};

/** What of a query's state a list shows. */
type ListQuery = {
  readonly data: unknown;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly isFetching: boolean;
};

/** Fewer are seen at a glance. */
const FILTER_FROM = 6;

/** The page of a list: its head, its filter, its rows, and a face for each state that it may be in. */
export function ListPage<T, Row>(props: Props<T, Row>) {
  const { active, title, action, query, onRefresh, list, said, above, selection } = props;
  const { error } = query;
  const what = title.toLowerCase();
  return (
    <PageLayout active={active} title={title}>
      {said}
      <div className="ot-history">
        {error && isNotServed(error) && <NotServed title={`No ${what} here`} error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState error={error} what={title} heading={title} action={action} onRetry={onRefresh} />
        )}
        {!error && above}
        {!error && (
          <ItemList
            what={title}
            items={props.rows}
            trackBy={props.trackBy}
            columns={props.columns}
            loading={query.isPending}
            header={<Head {...props} />}
            empty={
              list.text === '' ? props.empty : <NoMatch what={what} text={list.text} onClear={list.setText} />
            }
            filter={(list.total >= FILTER_FROM || list.text !== '') && <Filter {...props} />}
            pagination={
              list.pages > 1 && (
                <Pagination
                  currentPageIndex={list.page}
                  pagesCount={list.pages}
                  onChange={({ detail }) => list.setPage(detail.currentPageIndex)}
                />
              )
            }
            {...selection}
          />
        )}
      </div>
    </PageLayout>
  );
}

function Head<T, Row>({ title, description, query, list, actions, counter, onRefresh }: Props<T, Row>) {
  const { session } = useConnection();
  const { text, total, matches } = list;
  const counted = counter ?? (text === '' ? `(${total})` : `(${matches}/${total})`);
  return (
    <Header
      variant="h1"
      counter={query.data === undefined ? undefined : counted}
      description={description ?? `Account ${session.accountId}, ${session.region}.`}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={query.isFetching && !query.isPending}
            onClick={onRefresh}
          />
          {actions}
        </SpaceBetween>
      }
    >
      {title}
    </Header>
  );
}

function Filter<T, Row>({ title, findBy, list }: Props<T, Row>) {
  const { text, matches } = list;
  const what = title.toLowerCase();
  return (
    <TextFilter
      filteringText={text}
      filteringPlaceholder={`Find ${what} ${findBy}`}
      filteringAriaLabel={`Find ${what}`}
      filteringClearAriaLabel="Clear"
      countText={text === '' ? '' : matches === 1 ? '1 match' : `${matches} matches`}
      onChange={({ detail }) => list.setText(detail.filteringText)}
    />
  );
}

function NoMatch(props: {
  readonly what: string;
  readonly text: string;
  readonly onClear: (text: string) => void;
}) {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">
        None of the {props.what} matches “{props.text}”
      </Box>
      <Button onClick={() => props.onClear('')}>Clear the filter</Button>
    </div>
  );
}
