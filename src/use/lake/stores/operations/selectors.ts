import { readAdvanced } from '../../../../aws/event-selectors/read-selectors.ts';
import { refuse } from '../../../../aws/event-selectors/refuse.ts';
import type { AdvancedSelector } from '../../../../aws/event-selectors/selector.ts';
import type { OperationInput } from '../../../../aws/operation.ts';
import { categoriesOf } from '../store-rows.ts';

/** What a store logs that nobody told otherwise: all management events. */
const DEFAULT_SELECTORS: readonly AdvancedSelector[] = [
  {
    Name: 'Default management events',
    FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }],
  },
];

/** Categories that may be together in one store; any other is alone in its store. */
const OF_CLOUDTRAIL: ReadonlySet<string> = new Set(['Management', 'Data', 'NetworkActivity']);

/** Undefined where the caller left them out. Throws InvalidEventSelectorsException. */
export function readStoreSelectors(input: OperationInput): readonly AdvancedSelector[] | undefined {
  const given = input['AdvancedEventSelectors'];
  if (given === undefined || given === null) return undefined;
  const selectors = readAdvanced(input, 'event data store');
  const categories = categoriesOf(selectors);
  const other = categories.find((category) => !OF_CLOUDTRAIL.has(category));
  if (other !== undefined && categories.length > 1)
    throw refuse(
      `An event data store that logs ${other} events cannot log others: eventCategory is ${categories.join(', ')}.`,
    );
  return selectors;
}

export const defaultSelectors = (): readonly AdvancedSelector[] => DEFAULT_SELECTORS;

/** Events of one kind have the columns of that kind. Throws InvalidEventSelectorsException. */
export function checkSameKind(before: readonly AdvancedSelector[], after: readonly AdvancedSelector[]): void {
  const [was, is] = [kindOf(before), kindOf(after)];
  if (was !== is) throw refuse(`An event data store of ${was} events cannot become one of ${is} events.`);
}

function kindOf(selectors: readonly AdvancedSelector[]): string {
  const [category = 'Management'] = categoriesOf(selectors);
  return OF_CLOUDTRAIL.has(category) ? 'CloudTrail' : category;
}

/** Of which ingestion can be stopped and started: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopEventDataStoreIngestion.html */
export function mayStop(selectors: readonly AdvancedSelector[]): boolean {
  return categoriesOf(selectors).every(
    (category) => OF_CLOUDTRAIL.has(category) || category === 'ConfigurationItem',
  );
}
