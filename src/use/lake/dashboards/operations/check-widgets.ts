import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext } from '../../../../aws/operation.ts';
import { statementError, storesOfStatement } from '../../queries/access.ts';
import { bindParameters } from '../../queries/bind-parameters.ts';
import { invalidStatement } from '../../queries/lake-errors.ts';
import type { DashboardDeps } from '../deps.ts';
import { completeValues, valuesFor } from '../parameter-values.ts';
import { asCaller } from '../refresh.ts';
import type { NewWidget } from '../widget.ts';

const MOST = 10;

/** Each must be a statement that can be run, over stores that the caller may query. Throws ServiceQuotaExceededException, InvalidQueryStatementException, and what stores throw. */
export async function checkWidgets(
  deps: DashboardDeps,
  widgets: readonly NewWidget[],
  context: CallContext,
): Promise<void> {
  if (widgets.length > MOST)
    throw new AwsError(
      'ServiceQuotaExceededException',
      `A dashboard may have ${MOST} widgets (got ${widgets.length}).`,
    );
  const values = completeValues({}, deps.clock.now());
  for (const { QueryStatement, QueryParameters } of widgets) {
    const unknown = (QueryParameters ?? []).find((name) => !PARAMETERS.includes(name));
    if (unknown !== undefined)
      throw invalidStatement(`${unknown} is no parameter of a widget; there are ${PARAMETERS.join(', ')}.`);
    const statement = bindParameters(QueryStatement, valuesFor(QueryParameters, values));
    const stores = await storesOfStatement(deps.queries, statement, asCaller(deps, context));
    await deps.queries.engine
      .plan(statement, ([id]) => stores.find((store) => store.id === id)?.table, {
        dialect: 'lake',
      })
      .catch((error: unknown) => {
        throw statementError(error);
      });
  }
}

const PARAMETERS = ['$StartTime$', '$EndTime$', '$Period$'];
