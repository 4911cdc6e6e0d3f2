import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { putTemplates, templatesOf } from '../aggregation/stretches.ts';
import { isTemplate, TEMPLATES, type Template } from '../aggregation/templates.ts';
import type { Selectors } from '../../../aws/event-selectors/selector.ts';
import { selectorsOf } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';
import type { TrailOperationDeps } from './deps.ts';
import { findOwnTrail, findTrail } from './find-trail.ts';
import { optionalList } from './inputs.ts';
import { combination, trailTarget } from './trail-target.ts';

/**
 * By which templates the trail aggregates its data events from now on; an empty list ends it:
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventConfiguration.html
 */
export async function putEventConfiguration(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const name = trailTarget(input);
  for (const member of ['MaxEventSize', 'ContextKeySelectors']) refuseForTrails(input, member);
  const templates = readConfigurations(input);
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, name, context);
    if (templates.length > 0) checkDataEvents(found);
    const moment = { newId: deps.newId, newest: deps.journal.newest(), now: deps.clock.now() };
    await putTemplates(tx, found, { ...moment, templates });
    return found;
  });
  return answer(trail, templates);
}

/** Without any configuration the list is empty: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventConfiguration.html */
export async function getEventConfiguration(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailTarget(input), context);
  return answer(trail, await templatesOf(deps.settings, trail.id));
}

function answer(trail: Trail, templates: readonly Template[]): OperationOutput {
  const configurations = templates.length === 0 ? [] : [{ EventCategory: 'Data', Templates: templates }];
  return { output: { TrailARN: trail.arn, AggregationConfigurations: configurations } };
}

function refuseForTrails(input: OperationInput, member: string): void {
  if (input[member] === undefined || input[member] === null) return;
  throw combination(`${member} can be specified for event data stores only, not together with TrailName.`);
}

function readConfigurations(input: OperationInput): readonly Template[] {
  const given = optionalList(input, 'AggregationConfigurations');
  if (given === undefined)
    throw combination('AggregationConfigurations must be specified together with TrailName.');
  if (given.length > 1)
    throw invalid(`AggregationConfigurations may hold at most 1 item (got ${given.length}).`);
  return given.length === 0 ? [] : readTemplates(given[0]);
}

function readTemplates(given: unknown): readonly Template[] {
  const { EventCategory: category, Templates: templates } = (given ?? {}) as Record<string, unknown>;
  const place = 'AggregationConfigurations[0]';
  if (category !== 'Data')
    throw invalid(`${place}.EventCategory ${shown(category)} is not valid: it must be Data.`);
  if (!Array.isArray(templates) || templates.length < 1 || templates.length > 50)
    throw invalid(`${place}.Templates must hold 1 to 50 templates.`);
  const wrong: unknown = templates.find((template) => !isTemplate(template));
  if (wrong !== undefined)
    throw invalid(
      `${place}.Templates ${shown(wrong)} is not valid: it must be one of ${TEMPLATES.join(', ')}.`,
    );
  return [...new Set(templates.filter(isTemplate))];
}

/** AWS wants the data events configured first: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/aggregating-data-events.html */
function checkDataEvents(trail: Trail): void {
  if (selectsData(selectorsOf(trail))) return;
  throw combination(
    `Trail ${trail.arn} logs no data events, so there is nothing to aggregate: put event selectors for data events first.`,
  );
}

function selectsData(selectors: Selectors): boolean {
  if ('EventSelectors' in selectors)
    return selectors.EventSelectors.some(({ DataResources }) => DataResources.length > 0);
  return selectors.AdvancedEventSelectors.some(({ FieldSelectors }) =>
    FieldSelectors.some(({ Field, Equals }) => Field === 'eventCategory' && Equals?.[0] === 'Data'),
  );
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

function shown(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value).slice(0, 200);
}
