import type { CallContext, Operation, OperationInput } from '../../../aws/operation.ts';
import { alarmArn } from '../alarms/alarm-store.ts';
import type { AlarmSettings } from '../alarms/alarm-store.ts';
import type { AlarmRow } from '../settings.ts';
import { metricOperation, type Handle } from './metric-operation.ts';

export type AlarmDeps = {
  readonly settings: AlarmSettings;
  readonly clock: { readonly now: () => number };
  /** An alarm was put or set by hand. */
  readonly renew: (alarm: AlarmRow, when: 'now' | 'next step') => void;
  readonly forget: (arn: string) => void;
  /** Something is to be told. */
  readonly changed: () => void;
};

/** An operation on alarms that its input names: policies are asked about each of them. `all`: about all of the account's in the region. */
export function alarmOperation(
  name: string,
  { of, handle }: { readonly of: 'AlarmName' | 'AlarmNames' | 'all'; readonly handle: Handle },
): Operation {
  return metricOperation(name, { handle, resources: (input, context) => arnsOf(of, input, context) });
}

function arnsOf(of: string, input: OperationInput, { region, accountId: account }: CallContext): string[] {
  const named = of === 'all' ? '*' : input[of];
  const names = (Array.isArray(named) ? named : [named]).map(String);
  return names.map((name) => alarmArn({ region, account, name }));
}
