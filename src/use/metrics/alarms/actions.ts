import { invalidValue, notBuilt } from '../metrics-errors.ts';

/** Topics and functions, of the alarm's own region. Throws InvalidParameterValueException, naming the action. */
export function checkActions(
  actions: readonly string[],
  { parameter, region }: { readonly parameter: string; readonly region: string },
): void {
  for (const action of actions) {
    const [arn, , service, where, account, name] = action.split(':');
    const isKnown = service === 'sns' || service === 'lambda';
    if (
      arn === 'arn' &&
      ['ec2', 'automate', 'autoscaling', 'ssm', 'ssm-incidents', 'swf', 'aiops'].includes(service ?? '')
    )
      throw notBuilt(parameter, `the action ${action.slice(0, 200)}: topics and functions can be told`);
    if (arn !== 'arn' || !isKnown || name === undefined || !/^\d{12}$/.test(account ?? ''))
      throw invalidValue(`Invalid arn syntax: ${action.slice(0, 200)} (parameter ${parameter}).`);
    if (where !== region)
      throw invalidValue(
        `Invalid region ${String(where)} specified. Only ${region} is supported (parameter ${parameter}).`,
      );
  }
  if (new Set(actions).size < actions.length)
    throw invalidValue(`The parameter ${parameter} names an action twice.`);
}
