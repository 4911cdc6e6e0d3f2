import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import type { AlarmState } from './alarms.ts';

export const STATES: Readonly<
  Record<AlarmState, { readonly type: StatusIndicatorProps.Type; readonly text: string }>
> = {
  OK: { type: 'success', text: 'OK' },
  ALARM: { type: 'error', text: 'In alarm' },
  INSUFFICIENT_DATA: { type: 'pending', text: 'Not enough data' },
};

export function AlarmStateText({ state }: { readonly state: AlarmState }) {
  const { type, text } = STATES[state] ?? STATES.INSUFFICIENT_DATA;
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}
